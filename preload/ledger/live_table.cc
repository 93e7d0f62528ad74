// SPDX-License-Identifier: Apache-2.0
// Records away from their home, and growth.
#include "live_table.h"

#include <bit>

#include "probe.h"

namespace leakhook::ledger::live_table {

constinit std::atomic<Level> levels[kMostLevels]{};
constinit std::atomic<std::uint32_t> newest{0};
constinit std::atomic<std::uint8_t> guesses[1u << 18]{};

namespace {

constexpr std::uint32_t kSmallest = 16;  // pages: 4096 records
/// Up to here a table doubles; larger ones grow by halves, so that little more than a third is
/// free.
constexpr std::uint32_t kDoublesUpTo = 1024;  // pages: 4 MiB
/// The newest levels are the larger part of a table: a record that finds no room in so many of them
/// lets it grow.
constexpr std::uint32_t kTried = 4;

/// The level that ends at page `end`: sizes are 2^k or 3 · 2^k pages, levels powers of two.
constexpr Level level_ending_at(std::uint32_t end) {
  constexpr auto shift_for = [](std::uint32_t pages) {
    return std::uint32_t{33} + static_cast<std::uint32_t>(__builtin_clz(pages));
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
static_assert(next_end(1024) == 1536 && next_end(1536) == 2048);
static_assert(level_ending_at(kSmallest).end() == kSmallest);
static_assert(level_ending_at(1536).begin == 1024 && level_ending_at(2048).begin == 1536);

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

/// Where a record goes whose home group is full: the first one of another group, given by the whole
/// address. One is tried while the table can grow, all when it cannot.
constexpr int kOthers = 3;
std::uint64_t other_group(std::uint64_t address, Level level, int which) {
  const std::uint64_t hash = std::rotl(mix(address), 21 * which);
  return (level.begin + (hash >> level.shift)) * kInPage + hash % kInPage / kGroup * kGroup;
}

/// In the group of `first`, which is looked at first.
bool claim_in(std::uint64_t first, std::uint64_t key, std::uint64_t value) {
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = record_at(first ^ i);
    if (!claim(record)) continue;
    publish(record, key, value);
    return true;
  }
  return false;
}

bool insert_in(Level level, std::uint64_t key, std::uint64_t value, int others = 1) {
  const std::uint64_t address = address_of_key(key);
  const std::uint64_t home = home_of(address, level);
  if (claim_in(home, key, value)) return true;
  std::atomic<std::uint8_t>& overflow = overflow_of(home / kGroup);
  raise(overflow);  // before the record is there, so that nobody misses it
  for (int i = 0; i < others; ++i)
    if (claim_in(other_group(address, level, i), key, value)) return true;
  lower(overflow);
  return false;
}

/// In the group of `first`, which is looked at first.
bool withdraw_in(std::uint64_t first, std::uint64_t address, Found* found) {
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = record_at(first ^ i);
    const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with publish()
    if (!is_key_of(key, address)) continue;
    *found = {key, record.value.load(std::memory_order_relaxed)};
    record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
    return true;
  }
  return false;
}

bool withdraw_from(Level level, std::uint64_t address, Found* found) {
  const std::uint64_t home = home_of(address, level);
  if (withdraw_in(home, address, found)) return true;
  std::atomic<std::uint8_t>& overflow = overflow_of(home / kGroup);
  if (overflow.load(std::memory_order_relaxed) == 0) return false;
  for (int i = 0; i < kOthers; ++i) {
    if (!withdraw_in(other_group(address, level, i), address, found)) continue;
    lower(overflow);
    return true;
  }
  return false;
}

/// Adds a level behind number `last`. False: it cannot grow.
bool grow(std::uint32_t last) {
  constexpr std::uint64_t kPage = kInPage * sizeof(LiveRecord);
  const std::uint32_t have = levels[last].load(std::memory_order_relaxed).end();
  const std::uint32_t end = next_end(have);
  if (end * kPage > segment.extent(Region::live).reserved || last + 1 == kMostLevels ||
      !segment.commit(Region::overflows, end * kInPage / kGroup) ||
      !segment.commit(Region::live, end * kPage))
    return false;
  segment.wants_huge_pages(Region::live, have * kPage, end * kPage);
  // Readers first: what is inserted into the new level must be in what they look at.
  std::uint64_t buckets = have * kPage / sizeof(LiveBucket);
  segment.header->live_buckets.compare_exchange_strong(buckets, end * kPage / sizeof(LiveBucket),
                                                       std::memory_order_release);
  if (newest.load(std::memory_order_acquire) != last) return true;
  levels[last + 1].store(level_ending_at(end), std::memory_order_release);
  newest.compare_exchange_strong(last, last + 1, std::memory_order_release);
  return true;  // releases pair with bytes_of() in life/stream.cc, insert() and withdraw(); whoever
}  // lost an exchange finds the table grown too

}  // namespace

bool prepare(const Segment& made) {
  auto& changed = const_cast<Segment&>(made);
  constexpr std::uint64_t kRecords = kSmallest * kInPage;
  if (!changed.commit(Region::live, kRecords * sizeof(LiveRecord)) ||
      !changed.commit(Region::overflows, kRecords / kGroup))
    return false;
  made.header->live_buckets.store(kRecords * sizeof(LiveRecord) / sizeof(LiveBucket),
                                  std::memory_order_release);
  // All of them: what an earlier table left in the guesses is a wrong guess, no more.
  for (auto& level : levels) level.store(level_ending_at(kSmallest), std::memory_order_relaxed);
  newest.store(0, std::memory_order_release);
  return true;
}

bool insert_elsewhere(std::uint64_t key, std::uint64_t value) {
  std::uint32_t last = 0;
  do {
    last = newest.load(std::memory_order_acquire);  // pairs with grow()
    const std::uint32_t most = last < kTried ? last + 1 : kTried;
    for (std::uint32_t i = 0; i < most; ++i)
      if (insert_in(levels[last - i].load(std::memory_order_relaxed), key, value)) return true;
  } while (grow(last));  // of the table that was full: another thread may have done it
  for (std::uint32_t i = 0; i <= last; ++i)
    if (insert_in(levels[i].load(std::memory_order_relaxed), key, value, kOthers)) return true;
  segment.count_and_say(Counter::live_table_full);
  return false;
}

Found withdraw_elsewhere(std::uint64_t address) {
  Found found;
  const std::uint32_t guess = guess_for(address).load(std::memory_order_relaxed);
  if (withdraw_from(levels[guess].load(std::memory_order_acquire), address, &found)) return found;
  const std::uint32_t last = newest.load(std::memory_order_acquire);
  // The larger levels are out of the cache: ask for their lines at once.
  for (std::uint32_t i = 0; i <= last && i < kTried; ++i)
    __builtin_prefetch(
        &record_at(home_of(address, levels[last - i].load(std::memory_order_relaxed))), 1);
  for (std::uint32_t i = 0; i <= last; ++i)
    if (withdraw_from(levels[last - i].load(std::memory_order_relaxed), address, &found))
      return found;
  return found;
}

}  // namespace leakhook::ledger::live_table
