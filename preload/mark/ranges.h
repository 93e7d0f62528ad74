// SPDX-License-Identifier: Apache-2.0
// Does an address lie in one of these ranges? A sorted array that grows.
#pragma once
#include <cstdint>

#include "../base/range.h"
#include "../base/room.h"

namespace leakhook::mark {

class Ranges {
 public:
  /// False: no memory. Requires: no overlap with another one. Cheap by rising address.
  bool add(Range range) {
    if (range.start >= range.end) return true;
    if (count_ == ranges_.count() && !grow()) return false;
    std::uint64_t at = count_++;
    for (; at > 0 && ranges_[at - 1].start > range.start; --at) ranges_[at] = ranges_[at - 1];
    ranges_[at] = range;
    return true;
  }

  /// The first range that ends behind the address; end() if there is none.
  const Range* first_behind(std::uint64_t address) const {
    std::uint64_t low = 0;
    std::uint64_t high = count_;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      if (ranges_[middle].end <= address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return begin() + low;
  }

  /// The range that holds this address, or null.
  const Range* holding(std::uint64_t address) const {
    const Range* range = first_behind(address);
    return range != end() && range->start <= address ? range : nullptr;
  }

  bool has_any_in(Range range) const {
    const Range* first = first_behind(range.start);
    return first != end() && first->start < range.end;
  }

  /// Forgets those for which keep(range) is false.
  template <class Keep>
  void keep_if(Keep&& keep) {
    std::uint64_t kept = 0;
    for (std::uint64_t i = 0; i < count_; ++i)
      if (keep(ranges_[i])) ranges_[kept++] = ranges_[i];
    count_ = kept;
  }

  const Range* begin() const { return ranges_.begin(); }
  const Range* end() const { return ranges_.begin() + count_; }
  bool is_empty() const { return count_ == 0; }

 private:
  bool grow() {
    Room<Range> larger;
    if (!larger.take(count_ < 256 ? 512 : 2 * count_)) return false;
    for (std::uint64_t i = 0; i < count_; ++i) larger[i] = ranges_[i];
    ranges_.swap(larger);
    return true;
  }

  Room<Range> ranges_;
  std::uint64_t count_ = 0;
};

}  // namespace leakhook::mark
