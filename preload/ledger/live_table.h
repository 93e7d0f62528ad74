// SPDX-License-Identifier: Apache-2.0
// Which heap blocks are alive? 16 bytes each, four to a cache line, found by address.
//
// A row of levels; the newest one takes new records, growing moves nothing. In a level a record has
// a home: addresses of one 64-byte piece of heap share a group of two cache lines, so that blocks
// that lie side by side share lines of the table, too. When the group is full the record
// lies in another group, and the home group's byte in Region::overflows says how many do.
//
// Who writes: the thread that owns an address inserts and withdraws its record; slots are claimed
// by compare-and-swap, without the bus lock as long as the process has one thread. Who reads: other
// processes and the keeper, at any time, see for_each in export. After publication a record never
// changes; it goes by its key becoming zero.
// Async-signal-safe, never allocates, never waits.
#pragma once
#include "attention.h"
#include "segment.h"
#include "unlocked.h"

namespace leakhook::ledger::live_table {

struct Found {
  std::uint64_t key = 0;  ///< 0: not found
  std::uint64_t value = 0;
};

/// Eight records: two cache lines.
inline constexpr std::uint64_t kGroup = 8;

/// A part of the table, in groups: [begin, begin + 2^(64 − shift)).
struct Level {
  std::uint32_t shift;
  std::uint32_t begin;

  constexpr std::uint32_t end() const { return begin + (std::uint32_t{1} << (64 - shift)); }
};
static_assert(sizeof(Level) == 8, "read and written as one word");

extern std::atomic<Level> newest;

/// Commits the first groups. False: no memory.
bool prepare(const Segment& segment);

/// The slow ways: the home is taken, or holds another record.
bool insert_elsewhere(std::uint64_t key, std::uint64_t value) __attribute__((noinline));
Found withdraw_elsewhere(std::uint64_t address) __attribute__((noinline));

/// A key without its birth.
inline bool is_key_of(std::uint64_t key, std::uint64_t address) {
  return ((key ^ address << (Birth::kBits - 3)) >> Birth::kBits) == 0;
}

/// Where a record of this key belongs in a level: its home group and its place there.
struct Home {
  Home(std::uint64_t key, Level level) {
    // Fibonacci hashing (Knuth, TAOCP 6.4): the upper bits of neighbouring pieces lie as far from
    // each other as can be, so that a heap without holes fills all groups alike. Other bits of the
    // product do not: with bits 32 and up a table of 1 000 000 blocks grew to 134 MB, not 25.
    // key >> kBits is the address in words of 8 bytes.
    const std::uint64_t hash = (key >> (Birth::kBits + 3)) * 0x9e3779b97f4a7c15ULL;
    group = level.begin + (hash >> level.shift);
    place = (key >> (Birth::kBits + 1) ^ hash) % kGroup;
  }
  std::uint64_t group;
  std::uint64_t place;
};

inline LiveRecord* group_at(std::uint64_t group) {
  return segment.records<LiveRecord>(Region::live) + group * kGroup;
}

inline bool claim(LiveRecord& record) {
  if (record.key.load(std::memory_order_relaxed) != 0) return false;
  if (!is_threaded.load(std::memory_order_relaxed)) return unlocked::claim(record.key, kBusyKey);
  std::uint64_t expected = 0;
  return record.key.compare_exchange_strong(expected, kBusyKey, std::memory_order_acquire);
}  // acquire pairs with the release in withdraw(): its reads are over

/// Requires: the record was claimed.
inline void publish(LiveRecord& record, std::uint64_t key, std::uint64_t value) {
  record.value.store(value, std::memory_order_relaxed);
  record.key.store(key, std::memory_order_release);  // pairs with every reader: value, then key
}

/// False: the table is full (counted).
inline bool insert(std::uint64_t key, std::uint64_t value) {
  const Home home(key, newest.load(std::memory_order_acquire));  // pairs with grow()
  LiveRecord& record = group_at(home.group)[home.place];
  if (!claim(record)) return insert_elsewhere(key, value);
  publish(record, key, value);
  return true;
}

/// Takes the record of this address out. Requires: it is not 0.
inline Found withdraw(std::uint64_t address) {
  const Home home(address << (Birth::kBits - 3), newest.load(std::memory_order_acquire));
  LiveRecord& record = group_at(home.group)[home.place];
  const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with publish()
  if (!is_key_of(key, address)) return withdraw_elsewhere(address);
  if (key == 0) __builtin_unreachable();  // callers need not ask again whether it was found
  const Found found{key, record.value.load(std::memory_order_relaxed)};
  record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
  return found;
}

}  // namespace leakhook::ledger::live_table
