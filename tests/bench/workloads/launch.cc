// SPDX-License-Identifier: Apache-2.0
// What did a program use? Starts it, some times in a row, and tells what the kernel says of each.
//
// usage: launch RESULTS TIMES PROGRAM ARGUMENT... One line a run in RESULTS: wait status, CPU
// microseconds, nanoseconds on the wall, peak resident KiB; each with all that the program waited
// for. A small process of its own because the peak of a child starts with that of who started it.
// The variable BENCH_PRELOAD becomes the LD_PRELOAD of the program, not of this one.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstring>
#include <string>
#include <vector>

#include "calls.h"

int main(int argc, char** argv, char** environment) {
  if (argc < 4) return 2;
  constexpr const char kPrefix[] = "BENCH_PRELOAD=";
  std::vector<char*> child;
  std::string preload;
  for (; *environment != nullptr; ++environment) {
    if (std::strncmp(*environment, kPrefix, sizeof kPrefix - 1) != 0)
      child.push_back(*environment);
    else
      preload = std::string("LD_PRELOAD=") + (*environment + sizeof kPrefix - 1);
  }
  if (!preload.empty()) child.push_back(preload.data());
  child.push_back(nullptr);
  std::FILE* results = std::fopen(argv[1], "we");
  must(results != nullptr, argv[1]);
  for (int i = std::atoi(argv[2]); i > 0; --i) {
    const double begin = wall_ns();
    pid_t pid;
    if (posix_spawnp(&pid, argv[3], nullptr, nullptr, &argv[3], child.data()) != 0) return 127;
    int status;
    rusage used{};
    must(wait4(pid, &status, 0, &used) == pid, "wait4");
    const long us = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1'000'000 +
                    used.ru_utime.tv_usec + used.ru_stime.tv_usec;
    std::fprintf(results, "%d %ld %.0f %ld\n", status, us, wall_ns() - begin, used.ru_maxrss);
  }
  return std::fclose(results) == 0 ? 0 : 1;
}
