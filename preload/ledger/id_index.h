// SPDX-License-Identifier: Apache-2.0
// Which id has the thing with this hash? An append-only index from 64-bit hash to 32-bit id.
//
// A row of levels, each twice as large as the one before, the newest ones in use: growing moves
// nothing. In each level an entry has a home; when that is taken it lies in the rest of the home's
// cache line, in its neighbour, or in the two lines of its second home. Entries are never removed
// or changed, so a free one ends the search in its level. What is met in an older level or away
// from its home is added again at home in the newest level where that is free: what is asked for
// often is found at the first look. Two threads that add the same hash at once may both succeed:
// two ids for one thing, which readers merge. Private to the service: other processes read the
// things, not this index.
#pragma once
#include "segment.h"

namespace leakhook::ledger {

class IdIndex {
 public:
  constexpr explicit IdIndex(Region region) : region_(region) {}

  /// Forgets everything and commits the first lines. False: no memory.
  bool prepare();

  /// An id for which `is_it(id)` holds; 0: none. Requires: is_it holds only for ids that were added
  /// with this hash, and not for 0.
  template <class IsIt>
  [[gnu::always_inline]] std::uint32_t find(std::uint64_t hash, IsIt is_it) {
    const std::uint64_t size = newest_.load(std::memory_order_acquire);  // pairs with grow()
    const std::uint64_t entry =
        entries()[home_of(hash, size)].load(std::memory_order_acquire);  // pairs with claim()
    if (is_it(static_cast<std::uint32_t>(entry))) [[likely]]
      return static_cast<std::uint32_t>(entry);
    return find_elsewhere(hash, size, is_it);
  }

  /// Requires: id is not 0 and its thing is written. False: full.
  bool add(std::uint64_t hash, std::uint32_t id);

 private:
  using Entry = std::atomic<std::uint64_t>;  // upper half of the hash | id; 0 = free
  static constexpr std::uint64_t kLine = 8;
  static constexpr std::uint64_t kSmallest = 2048;  // entries of the first level: four pages

  Entry* entries() const { return segment.records<Entry>(region_); }
  static std::uint64_t entry_of(std::uint64_t hash, std::uint32_t id) {
    return (hash >> 32 << 32) | id;
  }
  static bool matches(std::uint64_t entry, std::uint64_t hash) {
    return ((entry ^ hash) >> 32) == 0 && entry != 0;
  }
  /// A level of `size` entries begins behind all smaller ones, at size − kSmallest.
  static std::uint64_t home_of(std::uint64_t hash, std::uint64_t size) {
    return (hash & (size - 1)) + size - kSmallest;
  }
  static std::uint64_t second_home_of(std::uint64_t hash, std::uint64_t size) {
    return home_of(hash * 0x9e3779b97f4a7c15ULL >> 32, size);  // 2^64 / golden ratio
  }

  /// Calls visit(index) for the places of this hash in one level, home first, until it returns
  /// true: two pairs of neighbouring lines.
  template <class Visit>
  static bool for_each_place(std::uint64_t hash, std::uint64_t size, Visit visit) {
    for (const std::uint64_t home : {home_of(hash, size), second_home_of(hash, size)})
      for (std::uint64_t i = 0; i < 2 * kLine; ++i)
        if (visit(home ^ i)) return true;
    return false;
  }

  template <class IsIt>
  [[gnu::noinline]] std::uint32_t find_elsewhere(std::uint64_t hash, std::uint64_t size,
                                                 IsIt is_it) {
    std::uint32_t found = 0;
    for (std::uint64_t level = size; level >= kSmallest && found == 0; level /= 2)
      found = find_in_level(hash, level, is_it);
    if (found != 0) claim(home_of(hash, size), entry_of(hash, found));
    return found;
  }

  template <class IsIt>
  std::uint32_t find_in_level(std::uint64_t hash, std::uint64_t size, IsIt is_it) const {
    std::uint32_t id = 0;
    const auto is_over = [&](std::uint64_t index) {
      const std::uint64_t entry = entries()[index].load(std::memory_order_acquire);  // as in find()
      if (entry == 0) return true;
      if (!matches(entry, hash) || !is_it(static_cast<std::uint32_t>(entry))) return false;
      id = static_cast<std::uint32_t>(entry);
      return true;
    };
    (void)for_each_place(hash, size, is_over);
    return id;
  }

  bool claim(std::uint64_t index, std::uint64_t entry);
  bool grow(std::uint64_t size);

  Region region_;
  std::atomic<std::uint64_t> newest_{0};  ///< entries of the newest level, a power of two
};

}  // namespace leakhook::ledger
