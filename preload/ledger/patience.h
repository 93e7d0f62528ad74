// SPDX-License-Identifier: Apache-2.0
// How long is another thread waited for that holds something for a few stores? As long as it may
// have lost its processor on a busy machine; longer, and it was cancelled in the middle, or it is
// this very thread that a signal handler interrupted.
//
// The time in which nobody runs (SIGSTOP, a frozen cgroup, a virtual machine that is paused) says
// nothing about the other one: of each moment between two looks, at most kLongestMoment counts.
//
// Async-signal-safe.
#pragma once
#include <algorithm>

#include "../base/system.h"
#include "sandbox.h"

namespace leakhook::ledger {

class Patience {
 public:
  /// Waits a moment. False: that was long enough.
  bool lasts() {
    if (++moments_ <= kSpins) {
      sys::pause();
      return true;
    }
    const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC_COARSE);
    if (last_ != 0) waited_ += std::min(now - last_, kLongestMoment);
    last_ = now;
    if (!is_sandboxed()) sys::call(SYS_sched_yield);
    return waited_ < kLongest;
  }

 private:
  static constexpr int kSpins = 64;
  static constexpr std::uint64_t kLongest = 200'000'000;       // ns
  static constexpr std::uint64_t kLongestMoment = 20'000'000;  // ns
  int moments_ = 0;
  std::uint64_t last_ = 0;    ///< ns, when we looked; 0: not yet
  std::uint64_t waited_ = 0;  ///< ns
};

}  // namespace leakhook::ledger
