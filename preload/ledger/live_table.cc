// SPDX-License-Identifier: Apache-2.0
// Records away from their home, and growth.
#include "live_table.h"

#include "probe.h"

namespace leakhook::ledger::live_table {

constinit std::atomic<Level> newest{Level{0, 0}};

namespace {

constexpr std::uint32_t kSmallest = 512;  // groups: 64 KiB, 4096 records
/// Up to here a table doubles; larger ones grow by halves, so that a third is free at most.
constexpr std::uint32_t kDoublesUpTo = 32768;  // groups: 4 MiB

/// The level that ends at group `end`: sizes are 2^k or 3 · 2^k groups, levels powers of two.
constexpr Level level_ending_at(std::uint32_t end) {
  constexpr auto shift_for = [](std::uint32_t groups) {
    return std::uint32_t{33} + static_cast<std::uint32_t>(__builtin_clz(groups));
  };
  if (end <= kSmallest) return {shift_for(end), 0};
  const std::uint32_t power = std::uint32_t{1} << (31 - __builtin_clz(end));
  const std::uint32_t size = end <= kDoublesUpTo ? end / 2 : end == power ? end / 4 : power / 2;
  return {shift_for(size), end - size};
}

constexpr std::uint32_t next_end(std::uint32_t end) {
  if (end < kDoublesUpTo) return end * 2;
  return (end & (end - 1)) == 0 ? end + end / 2 : end / 3 * 4;
}
static_assert(next_end(kDoublesUpTo) == 49152 && next_end(49152) == 65536);
static_assert(level_ending_at(kSmallest).end() == kSmallest);
static_assert(level_ending_at(49152).begin == 32768 && level_ending_at(65536).begin == 49152);

/// How many records of this group's lie elsewhere in its level. Stays at 255 once it was there.
std::atomic<std::uint8_t>& overflow_of(std::uint64_t group) {
  return segment.records<std::atomic<std::uint8_t>>(Region::overflows)[group];
}
constexpr std::uint8_t kMany = 255;

void raise(std::atomic<std::uint8_t>& overflow) {
  std::uint8_t now = overflow.load(std::memory_order_relaxed);
  while (now != kMany && !overflow.compare_exchange_weak(now, now + 1, std::memory_order_relaxed)) {
  }  // relaxed: the address reaches whoever withdraws it by way of the program itself
}

void lower(std::atomic<std::uint8_t>& overflow) {
  std::uint8_t now = overflow.load(std::memory_order_relaxed);
  while (now != kMany && now != 0 &&
         !overflow.compare_exchange_weak(now, now - 1, std::memory_order_relaxed)) {
  }
}

/// Where a record goes whose home group is full: given by the whole address.
std::uint64_t second_group(std::uint64_t key, Level level) {
  return level.begin + (mix(key >> Birth::kBits) >> level.shift);
}

bool claim_in(std::uint64_t group, std::uint64_t first, std::uint64_t key, std::uint64_t value) {
  LiveRecord* records = group_at(group);
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = records[first ^ i];
    if (!claim(record)) continue;
    publish(record, key, value);
    return true;
  }
  return false;
}

bool insert_in(Level level, std::uint64_t key, std::uint64_t value) {
  const Home home(key, level);
  if (claim_in(home.group, home.place, key, value)) return true;
  std::atomic<std::uint8_t>& overflow = overflow_of(home.group);
  raise(overflow);  // before the record is there, so that nobody misses it
  if (claim_in(second_group(key, level), home.place, key, value)) return true;
  lower(overflow);
  return false;
}

bool withdraw_in(std::uint64_t group, std::uint64_t first, std::uint64_t address, Found* found) {
  LiveRecord* records = group_at(group);
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = records[first ^ i];
    const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with publish()
    if (!is_key_of(key, address)) continue;
    *found = {key, record.value.load(std::memory_order_relaxed)};
    record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
    return true;
  }
  return false;
}

/// Adds a level behind `last`. False: it cannot grow.
bool grow(Level last) {
  const std::uint32_t end = next_end(last.end());
  const std::uint64_t bytes = end * kGroup * sizeof(LiveRecord);
  if (bytes > segment.extent(Region::live).reserved || !segment.commit(Region::overflows, end) ||
      !segment.commit(Region::live, bytes))
    return false;
  // Readers first: what is inserted into the new level must be in what they look at.
  constexpr std::uint64_t kBuckets = kGroup * sizeof(LiveRecord) / sizeof(LiveBucket);
  std::uint64_t buckets = last.end() * kBuckets;
  segment.header->live_buckets.compare_exchange_strong(buckets, end * kBuckets,
                                                       std::memory_order_release);
  newest.compare_exchange_strong(last, level_ending_at(end), std::memory_order_release);
  return true;  // releases pair with bytes_of() in life/stream.cc and insert(); whoever lost an
}  // exchange finds the table grown too

}  // namespace

bool prepare(const Segment& made) {
  auto& changed = const_cast<Segment&>(made);
  const std::uint64_t bytes = kSmallest * kGroup * sizeof(LiveRecord);
  if (!changed.commit(Region::live, bytes) || !changed.commit(Region::overflows, kSmallest))
    return false;
  made.header->live_buckets.store(bytes / sizeof(LiveBucket), std::memory_order_release);
  newest.store(level_ending_at(kSmallest), std::memory_order_release);
  return true;
}

bool insert_elsewhere(std::uint64_t key, std::uint64_t value) {
  Level last{};
  do {
    last = newest.load(std::memory_order_acquire);  // pairs with grow()
    for (std::uint32_t end = last.end(); end != 0; end = level_ending_at(end).begin)
      if (insert_in(level_ending_at(end), key, value)) return true;
  } while (grow(last));  // of the table that was full: another thread may have done it
  segment.count_and_say(Counter::live_table_full);
  return false;
}

Found withdraw_elsewhere(std::uint64_t address) {
  const std::uint64_t key = address << (Birth::kBits - 3);
  const std::uint32_t newest_end = newest.load(std::memory_order_acquire).end();
  Found found;
  // All but the smallest levels are out of the cache: ask for their lines at once.
  for (std::uint32_t end = newest_end; end > kDoublesUpTo; end = level_ending_at(end).begin)
    __builtin_prefetch(group_at(Home(key, level_ending_at(end)).group), 1);
  for (std::uint32_t end = newest_end; end != 0; end = level_ending_at(end).begin) {
    const Level level = level_ending_at(end);
    const Home home(key, level);
    if (withdraw_in(home.group, home.place, address, &found)) return found;
    std::atomic<std::uint8_t>& overflow = overflow_of(home.group);
    if (overflow.load(std::memory_order_relaxed) == 0) continue;
    if (!withdraw_in(second_group(key, level), home.place, address, &found)) continue;
    lower(overflow);
    return found;
  }
  return found;
}

}  // namespace leakhook::ledger::live_table
