// SPDX-License-Identifier: Apache-2.0
// What do the workloads share? Clocks, a stream of pseudo-random numbers, and functions that the
// compiler must leave alone.
#pragma once
#include <time.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

// A frame of its own: not inlined, not cloned, nothing known about it elsewhere.
#define APART __attribute__((noipa))

/// CPU time of the calling thread: what other programs do on this machine does not count.
inline double cpu_ns() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

inline double wall_ns() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// xorshift64*: cheap beside what is measured, the same in every run.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL | 1) {}
  std::uint32_t next() {
    state_ ^= state_ >> 12, state_ ^= state_ << 25, state_ ^= state_ >> 27;
    return static_cast<std::uint32_t>((state_ * 0x2545f4914f6cdd1dULL) >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Nobody can tell any more what was done with it.
inline void keep(void* p) { __asm__ volatile("" : : "r"(p) : "memory"); }

/// Ends the program when a call that the numbers build on fails.
inline void must(bool claim, const char* what) {
  if (claim) return;
  std::perror(what);
  std::exit(99);
}
