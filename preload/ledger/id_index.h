// SPDX-License-Identifier: Apache-2.0
// Which id has the thing with this hash? An append-only index from 64-bit hash to 32-bit id.
//
// An open table of 8-byte entries: each has a home; when that is taken it lies in the two cache
// lines around it, then in those of its second home. Entries are never removed or changed, so a
// free one ends a search. A table that is half full is copied into one of twice the size, which
// lies behind it, and then forgotten. What other threads add meanwhile may be missing from the
// copy, and two threads that add the same hash at once may both succeed: two ids for one thing,
// which readers merge. Private to the service: other processes read the things, not this index.
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
  [[gnu::always_inline]] std::uint32_t find(std::uint64_t hash, IsIt is_it) const {
    const std::uint64_t size = size_.load(std::memory_order_acquire);  // pairs with grow()
    const std::uint64_t entry =
        entries()[home_of(hash >> 32, size)].load(std::memory_order_acquire);  // pairs with claim()
    if (is_it(static_cast<std::uint32_t>(entry))) [[likely]] {
      if (static_cast<std::uint32_t>(entry) == 0) __builtin_unreachable();  // callers need not ask
      return static_cast<std::uint32_t>(entry);
    }
    return entry == 0 ? 0 : find_elsewhere(hash, size, is_it);
  }

  /// Requires: id is not 0 and its thing is written; ids are given in turn. False: full.
  bool add(std::uint64_t hash, std::uint32_t id);

 private:
  using Entry = std::atomic<std::uint64_t>;  // upper half of the hash | id; 0 = free
  static constexpr std::uint64_t kLine = 8;
  static constexpr std::uint64_t kSmallest = 2048;  // entries of the first table: four pages

  Entry* entries() const { return segment.records<Entry>(region_); }
  /// Places are given by the half of the hash that an entry holds, so that it can be moved. A table
  /// of `size` entries begins behind all smaller ones, at size − kSmallest.
  static std::uint64_t home_of(std::uint64_t half, std::uint64_t size) {
    return (half & (size - 1)) + size - kSmallest;
  }

  /// Calls visit(index) for the places of this hash, home first, until it returns true.
  template <class Visit>
  static bool for_each_place(std::uint64_t hash, std::uint64_t size, Visit visit) {
    const std::uint64_t half = hash >> 32;
    const std::uint64_t other = half * 0x9e3779b97f4a7c15ULL >> 32;  // 2^64 / golden ratio
    for (const std::uint64_t home : {home_of(half, size), home_of(other, size)})
      for (std::uint64_t i = 0; i < 2 * kLine; ++i)
        if (visit(home ^ i)) return true;
    return false;
  }

  template <class IsIt>
  [[gnu::noinline]] std::uint32_t find_elsewhere(std::uint64_t hash, std::uint64_t size,
                                                 IsIt is_it) const {
    std::uint32_t id = 0;
    (void)for_each_place(hash, size, [&](std::uint64_t index) {
      const std::uint64_t entry = entries()[index].load(std::memory_order_acquire);  // as in find()
      if (entry == 0) return true;
      if ((entry ^ hash) >> 32 != 0 || !is_it(static_cast<std::uint32_t>(entry))) return false;
      id = static_cast<std::uint32_t>(entry);
      return true;
    });
    return id;
  }

  bool claim(std::uint64_t hash, std::uint64_t size, std::uint64_t entry);
  bool grow(std::uint64_t size);

  Region region_;
  std::atomic<std::uint64_t> size_{0};  ///< entries of the table in use, a power of two
};

}  // namespace leakhook::ledger
