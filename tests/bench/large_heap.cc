// SPDX-License-Identifier: Apache-2.0
// For how long does a service with a large heap stand still while its reachability is found out?
//
// usage: large_heap MIB          makes the heap, prints `ready PID`, then for each line on stdin:
//   reset   forgets the gaps seen so far; prints `reset`
//   gap     prints `gap NS OWN_NS CHECK_NS`: the longest gap that a thread saw which spins on the
//           clock, the same without the time in which it waited for a processor, and how long the
//           last check took
//   check   asks LeakSanitizer, where it is preloaded, for its check; prints `checked LEAKS` or
//           `checked none`
// The heap: 16 B to 34 KiB, 721 B on average, 16 % of all words are pointers, three quarters of
// them within 10 000 blocks, the others anywhere; the rest is zeros, small numbers and noise. Every
// block is led to by one that was made before it, the first by a global.
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "workloads/heap_shape.h"

namespace {

using namespace bench;

std::uint64_t* volatile g_first = nullptr;  // nobody reads it, but the way to all
std::atomic<long> g_gap{0}, g_own_gap{0}, g_looks{0};
std::atomic<bool> g_is_watching{false};

std::uint64_t no_pointer() {
  const std::uint64_t choice = below(3);
  return choice == 0 ? 0 : choice == 1 ? below(1000) : g_random() >> 1;
}

/// The list of blocks is no part of the heap: it would lead to all of them.
void make_heap(std::uint64_t bytes) {
  std::vector<Block> blocks;
  std::uint64_t have = 0;
  while (have < bytes) {
    const std::uint32_t size = size_of_a();
    blocks.push_back({static_cast<std::uint64_t*>(std::malloc(size)), size});
    std::memset(blocks.back().words, 0xff, size);
    have += size;
  }
  g_first = blocks[0].words;
  const std::uint64_t pointers = fill(blocks, have, true, no_pointer);
  std::fprintf(stderr, "%zu blocks of %lu bytes, %.1f %% of words are pointers\n", blocks.size(),
               have / blocks.size(),
               100.0 * static_cast<double>(pointers) / static_cast<double>(have / 8));
}

long now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000L + t.tv_nsec;
}

/// How long the calling thread has stood ready while others ran, in ns.
long queued(int file) {
  char text[96] = {};
  long ran = 0, waited = 0;
  if (pread(file, text, sizeof text - 1, 0) > 0) std::sscanf(text, "%ld %ld", &ran, &waited);
  return waited;
}

void raise_to(std::atomic<long>* longest, long gap) {
  if (gap > longest->load(std::memory_order_relaxed))
    longest->store(gap, std::memory_order_relaxed);
}

/// What it waits for is read before each look on the clock, so that a wait is in the same gap.
void watch(int file) {
  constexpr long kGap = 50'000;
  long waited = queued(file);
  long last = now();
  while (g_is_watching) {
    const long waited_now = queued(file);
    const long t = now();
    if (t - last > kGap) {
      raise_to(&g_gap, t - last);
      raise_to(&g_own_gap, t - last - (queued(file) - waited));
      waited = queued(file);
      last = now();
    } else {
      waited = waited_now;
      last = t;
    }
    ++g_looks;
  }
}

/// Only from `reset` to `gap`, so that another such program has the processor in between.
void spin() {
  const int file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  for (;;) {
    g_is_watching.wait(false);
    watch(file);
  }
}

void await_two_looks() {
  const long looks = g_looks;
  while (g_looks < looks + 2) sched_yield();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  make_heap(std::strtoull(argv[1], nullptr, 10) << 20);
  std::thread(spin).detach();
  using Check = int (*)();
  const auto check =
      reinterpret_cast<Check>(dlsym(RTLD_DEFAULT, "__lsan_do_recoverable_leak_check"));
  long check_ns = 0;
  std::printf("ready %d\n", getpid());
  std::fflush(stdout);
  for (char line[16]; std::fgets(line, sizeof line, stdin) != nullptr; std::fflush(stdout)) {
    if (std::strcmp(line, "reset\n") == 0) {
      g_is_watching = true;
      g_is_watching.notify_one();
      await_two_looks();
      g_gap = g_own_gap = 0;
      std::puts("reset");
    } else if (std::strcmp(line, "check\n") == 0) {
      const long begin = now();
      const int leaks = check != nullptr ? check() : 0;
      check_ns = now() - begin;
      check != nullptr ? std::printf("checked %d\n", leaks) : std::puts("checked none");
    } else if (std::strcmp(line, "gap\n") == 0) {
      await_two_looks();
      g_is_watching = false;
      std::printf("gap %ld %ld %ld\n", g_gap.load(), g_own_gap.load(), check_ns);
    }
  }
  std::_Exit(0);  // nobody wants a dump of the end
}
