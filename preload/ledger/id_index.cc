// SPDX-License-Identifier: Apache-2.0
// Adding to the index and doubling it.
#include "id_index.h"

namespace leakhook::ledger {

bool IdIndex::prepare() {
  if (!segment.commit(region_, kSmallest * sizeof(Line))) return false;
  lines_.store(kSmallest, std::memory_order_release);
  return true;
}

bool IdIndex::grow(std::uint64_t lines) {
  const std::uint64_t bytes = lines * 2 * sizeof(Line);
  if (bytes > segment.extent(region_).reserved || !segment.commit(region_, bytes)) return false;
  lines_.compare_exchange_strong(lines, lines * 2, std::memory_order_release);
  return true;  // release pairs with the acquire in find() and add()
}

bool IdIndex::add(std::uint64_t hash, std::uint32_t id) {
  const std::uint64_t entry = (hash >> 32 << 32) | id;
  Line* table = segment.records<Line>(region_);
  const auto claim = [&](std::uint64_t place) {
    for (auto& slot : table[place].entries) {
      std::uint64_t expected = 0;
      if (slot.load(std::memory_order_relaxed) == 0 &&
          slot.compare_exchange_strong(expected, entry, std::memory_order_release))
        return true;  // release pairs with the acquire in find()
    }
    return false;
  };
  std::uint64_t lines = 0;
  do {
    lines = lines_.load(std::memory_order_acquire);
    if (for_each_place(hash, lines, kSmallest, claim)) return true;
  } while (grow(lines));  // of the index that was full: another thread may have doubled it
  return false;
}

}  // namespace leakhook::ledger
