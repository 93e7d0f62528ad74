// SPDX-License-Identifier: Apache-2.0
// Adding to the index, and a new level when the newest one is full.
#include "id_index.h"

namespace leakhook::ledger {

bool IdIndex::prepare() {
  if (!segment.commit(region_, kSmallest * sizeof(Entry))) return false;
  newest_.store(kSmallest, std::memory_order_release);  // pairs with find()
  return true;
}

bool IdIndex::claim(std::uint64_t index, std::uint64_t entry) {
  std::uint64_t expected = 0;
  return entries()[index].load(std::memory_order_relaxed) == 0 &&
         entries()[index].compare_exchange_strong(expected, entry, std::memory_order_release);
}  // release pairs with the acquires in find(): the thing was written first

bool IdIndex::grow(std::uint64_t size) {
  const std::uint64_t bytes = (size * 4 - kSmallest) * sizeof(Entry);
  if (bytes > segment.extent(region_).reserved || !segment.commit(region_, bytes)) return false;
  newest_.compare_exchange_strong(size, size * 2, std::memory_order_release);
  return true;  // release pairs with the acquires in find() and add()
}

bool IdIndex::add(std::uint64_t hash, std::uint32_t id) {
  const std::uint64_t entry = entry_of(hash, id);
  std::uint64_t size = 0;
  do {
    size = newest_.load(std::memory_order_acquire);
    const auto claimed = [&](std::uint64_t index) { return claim(index, entry); };
    for (std::uint64_t level = size; level >= kSmallest; level /= 2)
      if (for_each_place(hash, level, claimed)) return true;
  } while (grow(size));  // of the index that was full: another thread may have doubled it
  return false;
}

}  // namespace leakhook::ledger
