// SPDX-License-Identifier: Apache-2.0
// Which dumps were asked for while all keepers were busy? Oldest first, each with its token and
// labels.
//
// Any thread puts, inside a signal handler; any keeper takes. Each does so by one compare-and-swap
// of a whole request, so that nobody can die half-way and leave a place that is neither.
#pragma once
#include <atomic>
#include <cstdint>

#include "../contract/request.h"

namespace leakhook::life {

/// Never allocates. Async-signal-safe.
class WaitingRequests {
 public:
  static constexpr int kMost = 1024;

  /// False: too many wait already.
  bool put(const Request& request);
  /// False: nobody waits.
  bool take(Request* out);
  void clear();

 private:
  /// Request::encode() with the order of arrival in place of its magic number; 0 = free. The
  /// command is never 0.
  std::atomic<std::uint64_t> places_[kMost]{};
  std::atomic<std::uint32_t> arrivals_{0};
};

}  // namespace leakhook::life
