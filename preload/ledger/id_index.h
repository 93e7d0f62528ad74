// SPDX-License-Identifier: Apache-2.0
// Which id has the thing with this hash? An append-only index from 64-bit hash to 32-bit id.
//
// An open table of entries of hash and id: each has a home; when that is taken it lies in the four
// cache lines around it, then in those of its second home. What is looked for is nearly always in
// the line of its home. Entries are never removed or changed, so a free one ends a search; one
// whose id is missing is being written, by a thread that may never come to it. A table that is half
// full is copied into one of twice the size, which lies behind it, and then forgotten. What other
// threads add meanwhile may be missing from the copy, and two threads that add the same hash at
// once may both succeed: two ids for one thing, which readers merge. Private to the service: other
// processes read the things, not this index.
#pragma once
#include "segment.h"

namespace leakhook::ledger {

class IdIndex {
 public:
  constexpr explicit IdIndex(Region region) : region_(region) {}

  /// Forgets everything and commits the first lines. False: no memory.
  bool prepare();

  /// The id that was added with this hash; 0: none. Requires: hash is not 0.
  [[gnu::always_inline]] std::uint32_t find(std::uint64_t hash) const {
    const std::uint64_t size = size_.load(std::memory_order_acquire);  // pairs with grow()
    const Entry& home = entries()[home_of(hash, size)];
    const std::uint64_t seen = home.hash.load(std::memory_order_relaxed);
    const std::uint64_t id = home.id.load(std::memory_order_acquire);  // pairs with claim()
    if (seen == hash && id != 0) [[likely]]
      return static_cast<std::uint32_t>(id);
    return seen == 0 ? 0 : find_elsewhere(hash, size);
  }

  /// Requires: hash and id are not 0 and the thing is written; ids are given in turn. False: full.
  bool add(std::uint64_t hash, std::uint32_t id);

 private:
  struct Entry {
    std::atomic<std::uint64_t> hash;  ///< 0 = free
    std::atomic<std::uint64_t> id;    ///< 0 = not written yet
  };
  static constexpr std::uint64_t kLine = 64 / sizeof(Entry);
  static constexpr std::uint64_t kSmallest = 1024;  // entries of the first table: four pages

  Entry* entries() const { return segment.records<Entry>(region_); }
  /// A table of `size` entries begins behind all smaller ones, at size − kSmallest.
  static std::uint64_t place_of(std::uint64_t number, std::uint64_t size) {
    return (number & (size - 1)) + size - kSmallest;
  }
  static std::uint64_t home_of(std::uint64_t hash, std::uint64_t size) {
    return place_of(hash >> 32, size);
  }

  /// Calls visit(entry) for the places of this hash, home first, until it returns true.
  template <class Visit>
  bool for_each_place(std::uint64_t hash, std::uint64_t size, Visit visit) const {
    for (const std::uint64_t home : {home_of(hash, size), place_of(hash, size)})
      for (std::uint64_t i = 0; i < 4 * kLine; ++i)
        if (visit(entries()[home ^ i])) return true;
    return false;
  }

  std::uint32_t find_elsewhere(std::uint64_t hash, std::uint64_t size) const
      __attribute__((noinline));
  bool claim(std::uint64_t hash, std::uint64_t size, std::uint64_t id);
  bool grow(std::uint64_t size);

  Region region_;
  std::atomic<std::uint64_t> size_{0};  ///< entries of the table in use, a power of two
};

}  // namespace leakhook::ledger
