// SPDX-License-Identifier: Apache-2.0
// What stands at this stack address? Reads only what is known or was asked to be readable.
#pragma once
#include <cstdint>

#include "capture.h"
#include "readable.h"

namespace leakhook::unwind {

/// The memory that one walk may touch: the caller's stack bounds, and the pages asked for since.
/// Lives for one walk only: what was readable then may be unmapped later.
class CheckedWords {
 public:
  explicit CheckedWords(const StackBounds& known) : known_(known.low, known.high) {}

  /// False: unaligned or unreadable. The sanitizers would call another frame's words out of bounds.
  __attribute__((no_sanitize("address"), no_sanitize("thread"))) bool read(Address address,
                                                                           std::uint64_t* word) {
    if (address % sizeof(std::uint64_t) != 0) return false;
    if (!known_.holds_word(address)) [[unlikely]] {
      if (!asked_.holds_word(address) && !ask(address)) return false;
    }
    *word = *reinterpret_cast<const Word*>(address);
    return true;
  }

 private:
  using Word __attribute__((may_alias)) = std::uint64_t;
  static constexpr Address kPage = 4096;

  struct Range {
    Range(Address low, Address high)
        : low(low), size(high > low && high - low >= 8 ? high - low - 7 : 0) {}
    bool holds_word(Address a) const { return a - low < size; }
    Address end() const { return size == 0 ? low : low + size + 7; }
    Address low;
    Address size;  ///< how many addresses in it can begin a word
  };

  __attribute__((noinline)) bool ask(Address address) {
    if (!is_readable(address)) return false;
    const Address page = address / kPage * kPage;
    // A walk rises: neighbouring pages become one range.
    const Address low = asked_.end() == page && asked_.size != 0 ? asked_.low : page;
    asked_ = Range(low, page + kPage);
    return true;
  }

  Range known_;
  Range asked_{0, 0};
};

}  // namespace leakhook::unwind
