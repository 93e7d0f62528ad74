#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Are the stacks of real programs what libunwind says, and the spliced ones what the full walk says?
# Runs them under liboracle.so.
import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
LINE = re.compile(r"oracle: (\d+) stacks, (\d+) differ, (\d+) of (\d+) spliced ones differ, (\d+) cached")
LEAST_EQUAL = 0.999
LEAST_STACKS = 10_000
LEAST_REMEMBERED = 0.9
LEAST_CACHED = 0.4  # g++ has the fewest: 0.52

PYTHON = """
import json, re, threading
def work():
    for i in range(100):
        json.loads(json.dumps({str(k): [k] * 5 for k in range(50)}))
        re.sub('a+', 'b', 'caaat' * 10)
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
CPP = """
#include <functional>
#include <map>
#include <regex>
#include <unordered_map>
int main() {
  std::map<std::string, std::unordered_map<int, std::function<int(int)>>> all;
  return std::regex_match("abcd", std::regex("a(b|c)*d")) + all.size();
}
"""
SQL = """
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i+1 from n where i<5000)
  insert into t select i, 'x'||i from n;
create index tb on t(b);
select count(*) from t where b like 'x1%' group by substr(b,1,3) order by 1;
"""


def run(command, environment, text=None):
    subprocess.run(command, env=environment, input=text, text=True, stdout=subprocess.DEVNULL,
                   check=True, timeout=300)


def python(environment, _):
    # The interpreter itself: what stands in PATH may be a script.
    run([os.path.realpath(sys.executable), "-c", PYTHON], environment | {"PYTHONMALLOC": "malloc"})


def compiler(environment, folder):
    source = os.path.join(folder, "heavy.cc")
    with open(source, "w", encoding="utf-8") as file:
        file.write(CPP)
    run(["g++", "-std=c++17", "-O1", "-c", source, "-o", source + ".o"], environment)


def sqlite(environment, _):
    run(["sqlite3", ":memory:"], environment, SQL)


def xmllint(environment, folder):
    path = os.path.join(folder, "many.xml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("<all>" + "".join(f'<a n="{i}"><b>text {i}</b><c/></a>' for i in range(3000)) +
                   "</all>")
    run(["xmllint", "--xpath", "count(//b[starts-with(., 'text 1')])", path], environment)


def redis(environment, folder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    server = subprocess.Popen(["redis-server", "--port", port, "--save", "", "--dir", folder],
                              env=environment, stdout=subprocess.DEVNULL)
    client = ["redis-cli", "-p", port]
    try:
        deadline = time.monotonic() + 20
        while subprocess.run(client + ["ping"], capture_output=True).returncode != 0:
            if time.monotonic() > deadline:
                raise RuntimeError("redis-server does not answer")
        run(["redis-benchmark", "-p", port, "-n", "5000", "-P", "16", "-q", "-t",
             "set,get,lpush,hset,zadd"], None)
        run(client + ["shutdown", "nosave"], None)
    finally:
        server.wait(timeout=30)


PROGRAMS = {"g++": compiler, "python3": python, "redis-server": redis, "sqlite3": sqlite,
            "xmllint": xmllint}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--oracle", required=True)
    options = parser.parse_args()
    ran = [name for name in PROGRAMS if shutil.which(name)]
    if not ran:
        return SKIPPED
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for name in ran:
            out = os.path.join(folder, name + ".txt")
            PROGRAMS[name](os.environ | {"LD_PRELOAD": os.path.abspath(options.oracle),
                                         "ORACLE_OUT": out}, folder)
            with open(out, encoding="utf-8") as file:
                text = file.read()
            found = LINE.findall(text)
            stacks = sum(int(line[0]) for line in found)
            differ = sum(int(line[1]) for line in found)
            splices_differ = sum(int(line[2]) for line in found)
            remembered = sum(int(line[3]) for line in found)
            cached = sum(int(line[4]) for line in found)
            print(f"{name}: {stacks} stacks, {differ} differ, {remembered} remembered, "
                  f"{splices_differ} spliced or cached ones differ, {cached} cached")
            if (stacks < LEAST_STACKS or stacks - differ < LEAST_EQUAL * stacks or
                    splices_differ != 0 or remembered < LEAST_REMEMBERED * stacks or
                    cached < LEAST_CACHED * stacks):
                failed = True
                print(text)
    return failed


if __name__ == "__main__":
    sys.exit(main())
