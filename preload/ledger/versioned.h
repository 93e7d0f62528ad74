// SPDX-License-Identifier: Apache-2.0
// How is a record changed while others may read it? Under its version: odd while fields change.
//
// Readers take the version, copy, take it again. Writers exclude each other by making the version
// odd with a compare-and-swap; they hold it for some stores and never across a call.
#pragma once
#include "../contract/layout.h"
#include "patience.h"
#include "segment.h"

namespace leakhook::ledger {

/// The right to change one record. A writer that died half-way (asynchronous cancellation), or that
/// this thread interrupted in a handler, leaves the version odd: the next one waits (patience.h), takes
/// over and makes it whole. Counted, as the record may have been changed by two at once if the other
/// one was only very slow.
class Writing {
 public:
  explicit Writing(Version& version, Counter seizures = Counter::records_seized)
      : version_(version) {
    std::uint32_t now = version.load(std::memory_order_relaxed);
    if ((now & 1) != 0 || !begin(version, now)) [[unlikely]]
      now = wait(version, seizures);
    odd_ = now | 1;
    std::atomic_thread_fence(std::memory_order_release);  // the odd version before the fields
  }
  ~Writing() { version_.store(odd_ + 1, std::memory_order_release); }  // the fields before it
  Writing(const Writing&) = delete;

 private:
  static bool begin(Version& version, std::uint32_t even) {
    // acquire pairs with the destructor's release
    return version.compare_exchange_strong(even, even + 1, std::memory_order_acquire);
  }

  /// The version at which it may begin. While versions go on, whoever had them is alive.
  [[gnu::noinline, gnu::cold]] static std::uint32_t wait(Version& version, Counter seizures) {
    Patience patience;
    for (std::uint32_t last = version.load(std::memory_order_relaxed);;) {
      const std::uint32_t now = version.load(std::memory_order_relaxed);
      if ((now & 1) == 0 && begin(version, now)) return now;
      if (now != last) patience = {};
      last = now;
      if (!patience.lasts()) {
        segment.count(seizures);
        return now;
      }
    }
  }

  Version& version_;
  std::uint32_t odd_;
};

/// In a forked child, whose other threads did not come along: nobody ends what one of them was about
/// to change, and nobody has to be waited for.
inline void end_for_others(Version& version) {
  const std::uint32_t now = version.load(std::memory_order_relaxed);
  version.store(now + (now & 1), std::memory_order_relaxed);
}

}  // namespace leakhook::ledger
