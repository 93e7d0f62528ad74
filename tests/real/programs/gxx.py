# SPDX-License-Identifier: Apache-2.0
# g++ compiling a file full of templates: driver, compiler proper, assembler; the same object file.
import hashlib

import real_program as real

SOURCE = """
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>
template <int N> struct Tower { std::map<int, std::variant<int, std::string, std::vector<Tower<N - 1>>>> m; };
template <> struct Tower<0> {};
Tower<20> tower;
int main(int argc, char** argv) {
  std::regex words("([a-z]+)-([0-9]+)");
  std::unordered_map<std::string, std::vector<std::function<int(int)>>> table;
  std::mt19937 random(argc);
  for (int i = 0; i < argc; i++) table[argv[i]].push_back([&, i](int x) { return x + i + int(random()); });
  std::smatch match;
  std::string text = argv[0];
  std::cout << std::regex_search(text, match, words) << table.size() << tower.m.size();
}
"""


class Gxx(real.Program):
    name = "g++ compiling templates"
    packages = ["g++"]
    tools = ["g++"]
    at_exit = "cc1plus"
    env = {"LEAKHOOK_CHILD_EXIT": "0"}

    def prepare(self, side):
        with open(side.path("towers.cc"), "w", encoding="ascii") as file:
            file.write(SOURCE)

    def run(self, side):
        process = side.start("g++", "-O1", "-std=c++20", "-frandom-seed=1", "-c", "towers.cc")
        compiler = []

        def at_work():
            compiler[:] = [pid for pid, name in real.descendants(process.pid) if name == "cc1plus"]
            return compiler
        real.running.await_true(at_work, 20, "cc1plus")
        if side.is_hooked:
            self.await_heap(compiler[0])
        dump = side.dump(compiler[0])
        if dump and real.total(dump["heap"]) < 1 << 20:
            raise real.Failure(f"only {real.total(dump['heap'])} bytes in use in a busy compiler")
        status = process.wait(150)
        with open(side.path("towers.o"), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        error = side.call("g++", "-fsyntax-only", "-x", "c++", "-", input=b"int main() { return x; }")
        return status, digest, error

    @staticmethod
    def await_heap(pid):
        """Until it has read headers for a while: 40 MiB resident."""
        def is_large():
            with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) > 10240
        real.running.await_true(is_large, 30, "a large compiler")


PROGRAM = Gxx()
