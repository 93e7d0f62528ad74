// SPDX-License-Identifier: Apache-2.0
// Adding to the index, and moving it into a larger table when it is full.
#include "id_index.h"

#include <sys/mman.h>

#include "../base/system.h"
#include "sandbox.h"

namespace leakhook::ledger {

bool IdIndex::prepare() {
  if (!segment.commit(region_, kSmallest * sizeof(Word))) return false;
  size_.store(kSmallest, std::memory_order_release);  // pairs with find()
  return true;
}

std::uint32_t IdIndex::find_elsewhere(std::uint64_t hash, std::uint64_t size) const {
  std::uint32_t id = 0;
  (void)for_each_place(hash, size, [&](const Word& at) {
    const std::uint64_t word = at.load(std::memory_order_acquire);  // pairs with claim()
    if (is_of(word, hash)) id = id_in(word);
    return word == 0 || id != 0;
  });
  return id;
}

/// False: no place is free. A word of the same hash that is there already is as good.
bool IdIndex::claim(std::uint64_t hash, std::uint32_t id, std::uint64_t size) {
  const std::uint64_t word = (hash & ~kIdMask) | id;
  return for_each_place(hash, size, [word](Word& at) {
    std::uint64_t seen = at.load(std::memory_order_relaxed);
    return (seen == 0 && at.compare_exchange_strong(seen, word, std::memory_order_release)) ||
           is_of(seen, word);  // release pairs with find(): the thing was written
  });
}

bool IdIndex::grow(std::uint64_t size, std::uint32_t newest) {
  const std::uint64_t bytes = (size * 4 - kSmallest) * sizeof(Word);
  if (bytes > segment.reserved(region_) || !segment.commit(region_, bytes)) return false;
  segment.wants_pages(region_, bytes - size * 2 * sizeof(Word), bytes);
  for (std::uint32_t id = 1; id < newest; ++id)
    if (const std::uint64_t hash = hash_of_(id); hash != 0)
      (void)claim(hash, id, size * 2);  // there is room
  if (!size_.compare_exchange_strong(size, size * 2, std::memory_order_release))
    return true;  // release pairs with the acquires in find() and add(); another thread was faster
  // Whoever still looks there finds nothing, which costs a second id.
  if (!segment.is_file && may_madvise() && size * sizeof(Word) % 4096 == 0)
    sys::call(SYS_madvise, sys::word(words() + (size - kSmallest)),
              static_cast<long>(size * sizeof(Word)), MADV_DONTNEED);
  return true;
}

bool IdIndex::add(std::uint64_t hash, std::uint32_t id) {
  std::uint64_t size = 0;
  do {
    size = size_.load(std::memory_order_acquire);  // pairs with grow()
    // Ids are given in turn, so this one tells how many there are. In a table more than half full
    // too many would be found away from their homes: every second stack of python3 was.
    if (id <= size / 2 && claim(hash, id, size)) return true;
  } while (grow(size, id));  // of the table that was full: another thread may have done it
  return claim(hash, id, size);
}

}  // namespace leakhook::ledger
