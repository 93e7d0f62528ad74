// SPDX-License-Identifier: Apache-2.0
// Which pages have blocks that were found and not scanned yet? First come, first served, so that a
// page's blocks gather while it waits and are scanned together.
#pragma once
#include <cstdint>

#include "../base/room.h"

namespace leakhook::mark {

class PageQueue {
 public:
  /// For page numbers below `end`, of which at most `most` are put in. False: no memory.
  bool take(std::uint64_t end, std::uint64_t most) {
    return is_waiting_.take(end) && ring_.take(most + 1);
  }

  bool is_empty() const { return head_ == tail_; }
  /// The one behind so many others, if there is one.
  bool look(std::uint32_t ahead, std::uint32_t* page) const {
    const std::uint64_t waiting = tail_ >= head_ ? tail_ - head_ : tail_ + ring_.count() - head_;
    if (waiting <= ahead) return false;
    const std::uint64_t at = head_ + ahead;
    *page = ring_[at < ring_.count() ? at : at - ring_.count()];
    return true;
  }

  /// Once, however often it is put in before it is taken out.
  void put(std::uint32_t page) {
    if (is_waiting_[page]) return;
    is_waiting_[page] = 1;
    ring_[tail_] = page;
    if (++tail_ == ring_.count()) tail_ = 0;
  }
  /// Requires: not empty.
  std::uint32_t pop() {
    const std::uint32_t page = ring_[head_];
    if (++head_ == ring_.count()) head_ = 0;
    is_waiting_[page] = 0;
    return page;
  }

 private:
  Room<std::uint32_t> ring_;
  Room<std::uint8_t> is_waiting_;
  std::uint64_t head_ = 0;
  std::uint64_t tail_ = 0;
};

}  // namespace leakhook::mark
