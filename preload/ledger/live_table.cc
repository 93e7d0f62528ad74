// SPDX-License-Identifier: Apache-2.0
// Insert, withdraw, grow.
#include "live_table.h"

#include "probe.h"

namespace leakhook::ledger::live_table {
namespace {

constexpr std::uint64_t kSmallest = 1024;  // buckets: 64 KiB, 4096 records

std::uint64_t hash_of(std::uint64_t address) { return mix(address >> 3); }

LiveBucket* buckets() { return segment.records<LiveBucket>(Region::live); }
std::uint64_t bucket_count() {
  return segment.header->live_buckets.load(std::memory_order_acquire);  // pairs with grow()
}

bool claim_in(LiveBucket& bucket, std::uint64_t key, std::uint64_t value) {
  for (LiveRecord& record : bucket.records) {
    std::uint64_t expected = 0;
    if (record.key.load(std::memory_order_relaxed) != 0 ||
        !record.key.compare_exchange_strong(expected, kBusyKey, std::memory_order_acquire))
      continue;  // acquire pairs with the release in withdraw(): its reads are over
    record.value.store(value, std::memory_order_relaxed);
    record.key.store(key, std::memory_order_release);  // pairs with every reader: value, then key
    return true;
  }
  return false;
}

/// Doubles the table. False: it cannot grow.
bool grow(std::uint64_t count) {
  const std::uint64_t bytes = count * 2 * sizeof(LiveBucket);
  if (bytes > segment.extent(Region::live).reserved || !segment.commit(Region::live, bytes))
    return false;
  segment.header->live_buckets.compare_exchange_strong(count, count * 2, std::memory_order_release);
  return true;  // release pairs with bucket_count(); whoever lost the exchange finds it grown too
}

}  // namespace

bool prepare(const Segment& made) {
  const std::uint64_t bytes = kSmallest * sizeof(LiveBucket);
  if (!const_cast<Segment&>(made).commit(Region::live, bytes)) return false;
  made.header->live_buckets.store(kSmallest, std::memory_order_release);
  return true;
}

bool insert(std::uint64_t key, std::uint64_t value) {
  const std::uint64_t hash = hash_of(address_of_key(key));
  LiveBucket* table = buckets();
  const auto claim = [&](std::uint64_t place) { return claim_in(table[place], key, value); };
  std::uint64_t count = 0;
  do {
    count = bucket_count();
    if (for_each_place(hash, count, kSmallest, claim)) return true;
  } while (grow(count));  // of the table that was full: another thread may have doubled it
  segment.count_and_say(Counter::live_table_full);
  return false;
}

Found withdraw(std::uint64_t address) {
  Found found;
  LiveBucket* table = buckets();
  for_each_place(hash_of(address), bucket_count(), kSmallest, [&](std::uint64_t place) {
    for (LiveRecord& record : table[place].records) {
      const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with claim_in
      if (key == 0 || key == kBusyKey || address_of_key(key) != address) continue;
      found = {key, record.value.load(std::memory_order_relaxed)};
      record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
      return true;
    }
    return false;
  });
  return found;
}

}  // namespace leakhook::ledger::live_table
