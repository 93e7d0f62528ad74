// SPDX-License-Identifier: Apache-2.0
// Adding to the index, and moving it into a larger table when it is full.
#include "id_index.h"

#include <sys/mman.h>

#include "../base/system.h"
#include "sandbox.h"

namespace leakhook::ledger {

bool IdIndex::prepare() {
  if (!segment.commit(region_, kSmallest * sizeof(Entry))) return false;
  size_.store(kSmallest, std::memory_order_release);  // pairs with find()
  return true;
}

std::uint32_t IdIndex::find_elsewhere(std::uint64_t hash, std::uint64_t size) const {
  std::uint64_t id = 0;
  (void)for_each_place(hash, size, [&](const Entry& entry) {
    const std::uint64_t seen = entry.hash.load(std::memory_order_relaxed);
    if (seen == hash) id = entry.id.load(std::memory_order_acquire);  // pairs with claim()
    return seen == 0 || id != 0;
  });
  return static_cast<std::uint32_t>(id);
}

/// False: no place is free. An entry that is there already is as good as one that was claimed; one
/// of this hash whose id is missing gets it from whoever comes first.
bool IdIndex::claim(std::uint64_t hash, std::uint64_t size, std::uint64_t id) {
  return for_each_place(hash, size, [&](Entry& entry) {
    std::uint64_t seen = entry.hash.load(std::memory_order_relaxed);
    if (seen == 0 && entry.hash.compare_exchange_strong(seen, hash, std::memory_order_relaxed))
      seen = hash;
    if (seen != hash) return false;
    std::uint64_t known = 0;  // release pairs with find(): the thing was written
    return entry.id.compare_exchange_strong(known, id, std::memory_order_release) || known == id;
  });
}

bool IdIndex::grow(std::uint64_t size) {
  const std::uint64_t bytes = (size * 4 - kSmallest) * sizeof(Entry);
  if (bytes > segment.reserved(region_) || !segment.commit(region_, bytes)) return false;
  segment.wants_pages(region_, bytes - size * 2 * sizeof(Entry), bytes);
  Entry* old = entries() + (size - kSmallest);
  for (std::uint64_t i = 0; i < size; ++i)
    if (const std::uint64_t id = old[i].id.load(std::memory_order_acquire); id != 0)
      (void)claim(old[i].hash.load(std::memory_order_relaxed), size * 2, id);  // there is room
  if (!size_.compare_exchange_strong(size, size * 2, std::memory_order_release))
    return true;  // release pairs with the acquires in find() and add(); another thread was faster
  // Whoever still looks there finds nothing, which costs a second id.
  if (!segment.is_file && may_madvise() && size * sizeof(Entry) % 4096 == 0)
    sys::call(SYS_madvise, sys::word(old), static_cast<long>(size * sizeof(Entry)), MADV_DONTNEED);
  return true;
}

bool IdIndex::add(std::uint64_t hash, std::uint32_t id) {
  std::uint64_t size = 0;
  do {
    size = size_.load(std::memory_order_acquire);  // pairs with grow()
    // Ids are given in turn, so this one tells how many there are. In a table more than half full
    // too many would be found away from their homes: every second stack of python3 was.
    if (id <= size / 2 && claim(hash, size, id)) return true;
  } while (grow(size));  // of the table that was full: another thread may have done it
  return claim(hash, size, id);
}

}  // namespace leakhook::ledger
