// SPDX-License-Identifier: Apache-2.0
// How long is another thread waited for that holds something for a few stores? As long as it may
// have lost its processor on a busy machine; longer, and it was cancelled in the middle, or it is
// this very thread that a signal handler interrupted.
//
// Async-signal-safe.
#pragma once
#include "../base/system.h"
#include "sandbox.h"

namespace leakhook::ledger {

class Patience {
 public:
  /// Waits a moment. False: that was long enough.
  bool lasts() {
    if (++moments_ <= kSpins) {
      __builtin_ia32_pause();
      return true;
    }
    const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC_COARSE);
    if (since_ == 0) since_ = now;
    if (!is_sandboxed()) sys::call(SYS_sched_yield);
    return now - since_ < kLongest;
  }

 private:
  static constexpr int kSpins = 64;
  static constexpr std::uint64_t kLongest = 200'000'000;  // ns
  int moments_ = 0;
  std::uint64_t since_ = 0;
};

}  // namespace leakhook::ledger
