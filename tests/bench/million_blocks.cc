// SPDX-License-Identifier: Apache-2.0
// What does a dump cost a large service? 1 000 000 live blocks from 10 000 stacks, a thread that
// spins on the clock, and dumps one after the other.
//
// Wants LEAKHOOK_OUTPUT=STEM.%n and as arguments STEM and how many dumps. Prints one line a dump:
// the longest gap that the spinning thread saw from the signal until the files were there, and the
// time until then.
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kBlocks = 1'000'000;
constexpr int kStacks = 10'000;
std::vector<void*> blocks;
std::atomic<bool> is_over{false};
std::atomic<long> longest_gap{0};

long now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000L + t.tv_nsec;
}

/// Ten call sites a level, four levels: path 0000 to 9999 is a stack of its own.
[[gnu::noinline]] void descend(int path, int level);

template <int kDigit>
[[gnu::noinline]] void turn(int path, int level) {
  descend(path / 10, level + 1);
  __asm__ volatile("" ::"i"(kDigit) : "memory");
}

void descend(int path, int level) {
  if (level == 4) {
    blocks.push_back(malloc(48));
    return;
  }
  static constexpr void (*kTurns[])(int, int) = {turn<0>, turn<1>, turn<2>, turn<3>, turn<4>,
                                                 turn<5>, turn<6>, turn<7>, turn<8>, turn<9>};
  kTurns[path % 10](path, level);
  __asm__ volatile("" ::: "memory");
}

void spin() {
  long last = now();
  while (!is_over) {
    const long t = now();
    if (t - last > longest_gap) longest_gap = t - last;
    last = t;
  }
}

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string stem = argc > 1 ? argv[1] : "";
  const int dumps = argc > 2 ? atoi(argv[2]) : 5;
  blocks.reserve(kBlocks);
  for (int i = 0; i < kBlocks; ++i) descend(i % kStacks, 0);
  std::thread spinner(spin);
  for (int i = 1; i <= dumps; ++i) {
    char last[32];
    snprintf(last, sizeof last, ".%04d.timer.pb.gz", i);
    // Quiet time of the same length tells what the machine itself does to a spinning thread.
    longest_gap = 0;
    usleep(500'000);
    const double quiet = static_cast<double>(longest_gap) / 1e6;
    longest_gap = 0;
    const long begin = now();
    raise(SIGUSR2);
    const double handler = static_cast<double>(now() - begin) / 1e6;
    while (!exists(stem + last) && now() - begin < 20'000'000'000L) usleep(1000);
    printf(
        "dump %d: on disk after %.0f ms, handler %.3f ms, longest pause %.3f ms (quiet %.3f ms)\n",
        i, static_cast<double>(now() - begin) / 1e6, handler,
        static_cast<double>(longest_gap) / 1e6, quiet);
    fflush(stdout);
  }
  is_over = true;
  spinner.join();
}
