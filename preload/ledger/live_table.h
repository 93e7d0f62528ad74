// SPDX-License-Identifier: Apache-2.0
// Which heap blocks are alive? 16 bytes each, four to a cache line, found by address.
//
// A row of levels; the newest one takes new records, growing moves nothing. In a level every 8 KiB
// of the heap have a page of the table, given by a hash of their number, and each block a home in
// it, so that blocks that lie side by side have their records side by side: in the same lines, in
// the same pages. When the home and its group of two lines are full the record lies in another
// group, and the home group's byte in Region::overflows says how many do. Which level has a block
// is remembered for its piece of the heap: a guess that saves the search. So is how close to each
// other the piece's blocks were seen: smaller ones than glibc makes have homes closer to each other.
//
// Who writes: the thread that owns an address inserts and withdraws its record; slots are claimed
// by compare-and-swap, without the bus lock as long as the process has one thread. Who reads: other
// processes and the keeper, at any time, see for_each in export. After publication a record never
// changes; it goes by its key becoming zero.
// Async-signal-safe, never allocates, never waits.
#pragma once
#include <iterator>

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
/// 4 KiB of table, a page, for 8 KiB of heap: a record for a block in every 32 bytes, as malloc of
/// glibc makes none smaller. Of density 1 and 2, for 4 and 2 KiB of heap: in every 16 and 8 bytes.
inline constexpr int kPageBits = 13;
inline constexpr int kPlaceBits = 5;
inline constexpr std::uint64_t kInPage = std::uint64_t{1} << (kPageBits - kPlaceBits);

/// A part of the table: 2^(64 − shift) pages. One word, so that it is read and written whole: where
/// it begins, and in the free lower bits the shift, which is all that a shift instruction looks at.
class Level {
 public:
  constexpr Level() = default;
  Level(LiveRecord* first, std::uint32_t shift)
      : word_(reinterpret_cast<std::uint64_t>(first) | shift) {}

  LiveRecord* page(std::uint64_t hash) const {
    return reinterpret_cast<LiveRecord*>(word_ & ~kShift) + (hash >> (word_ & kShift)) * kInPage;
  }

 private:
  static constexpr std::uint64_t kShift = 63;
  std::uint64_t word_ = 0;
};

inline constexpr std::uint32_t kMostLevels = 48;
inline constexpr unsigned kLevelBits = 6;
inline constexpr std::uint32_t kDensities = 3;

/// For each piece of the heap, 8 KiB, into which level a record of it went last, and in the bits
/// from kLevelBits on the density of the piece, which never falls. For 2^18 pieces; the others share
/// them.
extern std::atomic<std::uint8_t> guesses[1u << 18];

/// Levels by age; those that are not there yet are the first one. All of them once for each density,
/// so that a guess is an index.
extern std::atomic<Level> levels[kDensities << kLevelBits];
extern std::atomic<std::uint32_t> newest;  ///< index into levels

/// Commits the first groups. False: no memory.
bool prepare(const Segment& segment);

/// The slow ways: the home is taken, or holds another record.
bool insert_elsewhere(LiveRecord& home, std::uint64_t key, std::uint64_t value)
    __attribute__((noinline));
Found withdraw_elsewhere(LiveRecord& home, std::uint64_t address) __attribute__((noinline));

/// A key without its birth.
inline bool is_key_of(std::uint64_t key, std::uint64_t address) {
  return ((key ^ address << (Birth::kBits - 3)) >> Birth::kBits) == 0;
}

inline std::atomic<std::uint8_t>& guess_for(std::uint64_t address) {
  return guesses[(address >> kPageBits) % std::size(guesses)];
}

/// Where the record of a block belongs in a level.
inline LiveRecord& home_in(Level level, std::uint64_t address, unsigned density) {
  // Fibonacci hashing (Knuth, TAOCP 6.4): the upper bits of neighbouring pages lie as far from each
  // other as can be, so that a heap without holes fills all pages alike. Other bits of the product
  // do not: with bits 32 and up a table of 1 000 000 blocks grew to 134 MB, not 25. The lower ones
  // move the places in a page on, as blocks like to begin at round addresses.
  const std::uint64_t at = address << density;
  const std::uint64_t hash = (at >> kPageBits) * 0x9e3779b97f4a7c15ULL;
  return level.page(hash)[((at >> kPlaceBits) + hash) % kInPage];
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

/// Where the record of this address belongs in the level that is guessed for it.
inline LiveRecord& home_for(std::uint64_t address) {
  const std::uint32_t guess = guess_for(address).load(std::memory_order_relaxed);
  // acquire pairs with grow(): a level is there before it is guessed
  return home_in(levels[guess].load(std::memory_order_acquire), address, guess >> kLevelBits);
}

/// False: the table is full (counted). Requires: `home` is what home_for() said of this address;
/// the table may have grown since.
inline bool insert(LiveRecord& home, std::uint64_t key, std::uint64_t value) {
  if (!claim(home)) return insert_elsewhere(home, key, value);
  publish(home, key, value);
  return true;
}
inline bool insert(std::uint64_t key, std::uint64_t value) {
  return insert(home_for(address_of_key(key)), key, value);
}

/// Takes the record of this address out. Requires: it is not 0.
inline Found withdraw(std::uint64_t address) {
  LiveRecord& record = home_for(address);
  const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with publish()
  if (!is_key_of(key, address)) return withdraw_elsewhere(record, address);
  if (key == 0) __builtin_unreachable();  // callers need not ask again whether it was found
  const Found found{key, record.value.load(std::memory_order_relaxed)};
  record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
  return found;
}

}  // namespace leakhook::ledger::live_table
