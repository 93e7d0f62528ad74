// SPDX-License-Identifier: Apache-2.0
// What does one capture cost? Stacks of N frames over 64 call paths, drawn at random, no frame
// pointers.
//
// usage: capture FRAMES CAPTURES same|mixed [bare]. With "same" each innermost frame stands where
// the last one stood; with "mixed" up to three frames of several sizes lie between, as in real
// programs. Prints the best and the median time of a round through the frames, with "bare" without
// a capture; for instructions count those below capture() with callgrind's --toggle-collect and
// divide.
#include "../../../unwind/capture.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "../../../unwind/last_stack.h"

namespace {

using leakhook::unwind::LastStack;
using leakhook::unwind::StackBounds;

LastStack g_last;
StackBounds g_bounds;
std::uint64_t g_sum;
bool g_is_mixed;
bool g_is_bare;

/// Keeps a call from becoming a tail call.
void stay() { asm volatile("" : : : "memory"); }

[[gnu::noinline, gnu::optimize("no-omit-frame-pointer")]] void take() {
  if (g_is_bare) return;
  auto* frame = static_cast<const std::uint64_t*>(__builtin_frame_address(0));
  capture({{reinterpret_cast<std::uint64_t>(__builtin_return_address(0))},
           reinterpret_cast<std::uint64_t>(frame) + 16,
           *frame},
          g_bounds, &g_last);
  g_sum += g_last.hash() + g_last.size();
}

template <int kSize>
[[gnu::noinline]] void between(unsigned path) {
  char room[kSize];
  asm volatile("" : : "r"(room) : "memory");
  if (path % 2 != 0) {
    take();
  } else {
    between<kSize + 32>(path / 2 + 1);
  }
  asm volatile("" : : "r"(room) : "memory");
}
template <>
[[gnu::noinline]] void between<120>(unsigned) {
  take();
  stay();
}

[[gnu::noinline]] void innermost(unsigned path) {
  if (!g_is_mixed) {
    take();
  } else if (path % 2 != 0) {
    between<24>(path / 2);
  } else {
    between<56>(path / 2);
  }
  stay();
}

/// 64 paths: four call sites in each of the three innermost of these.
[[gnu::noinline]] unsigned descend(unsigned frames, unsigned path) {
  unsigned below = 0;
  if (frames == 0) {
    innermost(path);
  } else if (frames > 3) {
    below = descend(frames - 1, path);
  } else {
    switch (path % 4) {
      case 0:
        below = descend(frames - 1, path / 4) + 1;
        break;
      case 1:
        below = descend(frames - 1, path / 4) + 5;
        break;
      case 2:
        below = descend(frames - 1, path / 4) * 3;
        break;
      default:
        below = descend(frames - 1, path / 4) ^ 7;
    }
  }
  stay();
  return below + frames;
}

StackBounds own_stack() {
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  pthread_getattr_np(pthread_self(), &attributes);
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  return {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + size};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4 || argc > 5) return 2;
  const auto frames = static_cast<unsigned>(std::atoi(argv[1]));
  const auto captures = static_cast<unsigned>(std::atoi(argv[2]));
  g_is_mixed = std::strcmp(argv[3], "mixed") == 0;
  g_is_bare = argc == 5;
  g_bounds = own_stack();
  g_last.prepare();
  leakhook::unwind::prepare(nullptr, nullptr);
  constexpr unsigned kRounds = 25;
  std::vector<double> nanoseconds;
  unsigned random = 1;
  for (unsigned round = 0; round < kRounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < captures / kRounds; ++i) {
      random = random * 1664525 + 1013904223;
      descend(frames, random >> 16);
    }
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    nanoseconds.push_back(taken.count() / (captures / kRounds));
  }
  std::sort(nanoseconds.begin(), nanoseconds.end());
  std::printf("%u frames: best %.1f ns, median %.1f ns\n", g_last.size(), nanoseconds[0],
              nanoseconds[kRounds / 2]);
  return g_sum == 0 && !g_is_bare;
}
