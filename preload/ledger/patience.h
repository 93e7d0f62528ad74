// SPDX-License-Identifier: Apache-2.0
// How long is another thread waited for that holds something for a few stores? As long as it may
// have lost its processor on a busy machine; longer, and it was cancelled in the middle, or it is
// this very thread that a signal handler interrupted.
//
// Waiting is sleeping, but for the first moments: threads that only yield keep the processors from
// the one that they wait for. 8 threads on 2 processors under the thread sanitizer: 1 to 12 ms of
// work for a change of mappings, held for up to 270 ms.
//
// The time in which nobody runs (SIGSTOP, a frozen cgroup, a virtual machine that is paused) says
// nothing about the other one: of each moment between two looks, at most 20 ms count.
//
// Async-signal-safe.
#pragma once
#include <cstdint>

namespace leakhook::ledger {

class Patience {
 public:
  /// Waits a moment. False: that was long enough.
  bool lasts();

 private:
  int moments_ = 0;
  std::uint64_t last_ = 0;    ///< ns, when we looked; 0: not yet
  std::uint64_t waited_ = 0;  ///< ns
};

}  // namespace leakhook::ledger
