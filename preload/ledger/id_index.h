// SPDX-License-Identifier: Apache-2.0
// Which id has the thing with this hash? An append-only index from 64-bit hash to 32-bit id.
//
// Eight entries to a cache line, found through probe.h; doubles in place. Entries are never removed
// or changed. Two threads that add the same hash at once may both succeed: two ids for one thing,
// which readers merge.
// Private to the service: other processes read the things, not this index.
#pragma once
#include "probe.h"
#include "segment.h"

namespace leakhook::ledger {

class IdIndex {
 public:
  constexpr explicit IdIndex(Region region) : region_(region) {}

  /// Forgets everything and commits the first lines. False: no memory.
  bool prepare();

  /// First id whose hash matches in 32 bits and for which `is_it(id)` holds; 0: none.
  template <class IsIt>
  std::uint32_t find(std::uint64_t hash, IsIt is_it) const {
    const Line* lines = segment.records<Line>(region_);
    std::uint32_t id = 0;
    for_each_place(hash, lines_.load(std::memory_order_acquire), kSmallest,  // pairs with grow()
                   [&](std::uint64_t place) {
                     for (const auto& slot : lines[place].entries) {
                       const std::uint64_t entry = slot.load(std::memory_order_acquire);
                       if (entry >> 32 != hash >> 32 || entry == 0) continue;
                       const auto candidate = static_cast<std::uint32_t>(entry);
                       if (is_it(candidate)) return id = candidate, true;
                     }
                     return false;
                   });
    return id;  // acquire pairs with the release in add(): the thing was written first
  }

  /// Requires: id is not 0 and its thing is written. False: full.
  bool add(std::uint64_t hash, std::uint32_t id);

 private:
  struct alignas(64) Line {
    std::atomic<std::uint64_t> entries[8];  // upper half of the hash | id; 0 = free
  };
  static constexpr std::uint64_t kSmallest = 64;

  bool grow(std::uint64_t lines);

  Region region_;
  std::atomic<std::uint64_t> lines_{0};
};

}  // namespace leakhook::ledger
