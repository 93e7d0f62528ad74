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

/// The right to change one record. A writer that died half-way (asynchronous cancellation) leaves
/// the version odd: the next one waits (patience.h), takes over and makes it whole. Counted, as the
/// record may have been changed by two at once if the other one was only very slow.
class Writing {
 public:
  explicit Writing(Version& version) : version_(version) {
    std::uint32_t now = version.load(std::memory_order_relaxed);
    Patience patience;
    // acquire pairs with the destructor's release
    while ((now & 1) != 0 ||
           !version.compare_exchange_weak(now, now + 1, std::memory_order_acquire)) {
      if (!patience.lasts()) {
        segment.count(Counter::records_seized);
        break;
      }
      now = version.load(std::memory_order_relaxed);
    }
    odd_ = now | 1;
    std::atomic_thread_fence(std::memory_order_release);  // the odd version before the fields
  }
  ~Writing() { version_.store(odd_ + 1, std::memory_order_release); }  // the fields before it
  Writing(const Writing&) = delete;

 private:
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
