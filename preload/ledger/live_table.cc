// SPDX-License-Identifier: Apache-2.0
// Records away from their home, and growth.
#include "live_table.h"

#include <bit>

#include "probe.h"

namespace leakhook::ledger::live_table {

constinit std::atomic<Level> levels[kDensities << kLevelBits]{};
static_assert(kMostLevels <= 1u << kLevelBits);
constinit std::atomic<std::uint32_t> newest{0};
constinit std::atomic<std::uint8_t> guesses[1u << 18]{};

namespace {

constexpr std::uint64_t kPage = kInPage * sizeof(LiveRecord);
constexpr std::uint32_t kSmallest = 16;  // pages: 4096 records
/// Up to here a table doubles; larger ones grow by halves, so that little more than a third is
/// free.
constexpr std::uint32_t kDoublesUpTo = 1024;  // pages: 4 MiB
/// The newest levels are the larger part of a table: a record that finds no room in so many of them
/// lets it grow.
constexpr std::uint32_t kTried = 4;

/// Where a table with so many levels ends, in pages: 2^k or 3 · 2^k.
constexpr std::uint32_t end_of(std::uint32_t level) {
  std::uint32_t end = kSmallest;
  for (; level > 0; --level) {
    const bool is_power = (end & (end - 1)) == 0;
    end = end < kDoublesUpTo ? end * 2 : is_power ? end + end / 2 : end / 3 * 4;
  }
  return end;
}
constexpr std::uint32_t kDoublings = 6;
static_assert(end_of(kDoublings) == kDoublesUpTo && end_of(7) == 1536 && end_of(8) == 2048);

/// The level that lies between two ends: their distance is a power of two.
Level level_between(std::uint32_t begin, std::uint32_t end) {
  return {segment.records<LiveRecord>(Region::live) + begin * kInPage,
          std::uint32_t{33} + static_cast<std::uint32_t>(__builtin_clz(end - begin))};
}

/// How many records of this group's lie elsewhere in its level. Stays at 255 once it was there.
std::atomic<std::uint8_t>& overflow_of(const LiveRecord& home) {
  const auto index = &home - segment.records<LiveRecord>(Region::live);
  return segment.records<std::atomic<std::uint8_t>>(Region::overflows)[index / kGroup];
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
/// address.
constexpr int kOthers = 3;

/// How many of them are tried before the table grows: none while it is small and far from the
/// ceiling, as time is dearer than memory then, else all of the newest level. Once it cannot grow,
/// all of each level.
int others_before_growth(std::uint32_t last, std::uint32_t level) {
  const bool is_small =
      last < kDoublings && end_of(last + 1) * kPage <= segment.header->settings.memory_bytes / 16;
  return is_small ? 0 : level == last ? kOthers : 1;
}

LiveRecord& other_home(Level level, std::uint64_t address, int which) {
  const std::uint64_t hash = std::rotl(mix(address), 21 * which);
  return level.page(hash)[hash % kInPage / kGroup * kGroup];
}

/// The records of a group, from `first` on.
LiveRecord& in_group(LiveRecord& first, std::uint64_t i) {
  constexpr std::uint64_t kRecord = sizeof(LiveRecord);
  static_assert(kGroup * kRecord == 128, "groups are aligned like the pages that they are part of");
  return *reinterpret_cast<LiveRecord*>(reinterpret_cast<std::uint64_t>(&first) ^ i * kRecord);
}

bool claim_in(LiveRecord& first, std::uint64_t key, std::uint64_t value) {
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = in_group(first, i);
    if (!claim(record)) continue;
    publish(record, key, value);
    return true;
  }
  return false;
}

bool insert_in(Level level, unsigned density, std::uint64_t key, std::uint64_t value, int others) {
  const std::uint64_t address = address_of_key(key);
  LiveRecord& home = home_in(level, address, density);
  if (claim_in(home, key, value)) return true;
  if (others == 0) return false;
  std::atomic<std::uint8_t>& overflow = overflow_of(home);
  raise(overflow);  // before the record is there, so that nobody misses it
  for (int i = 0; i < others; ++i)
    if (claim_in(other_home(level, address, i), key, value)) return true;
  lower(overflow);
  return false;
}

unsigned density_of(std::uint64_t address) {
  return guess_for(address).load(std::memory_order_relaxed) >> kLevelBits;
}

/// Of this piece, from now on. By an exchange: who withdraws looks for no record of a density that
/// its piece does not have.
void guess_level(std::uint64_t address, std::uint32_t level) {
  std::atomic<std::uint8_t>& guess = guess_for(address);
  std::uint8_t now = guess.load(std::memory_order_relaxed);
  while (!guess.compare_exchange_weak(
      now, static_cast<std::uint8_t>((now >> kLevelBits << kLevelBits) | level),
      std::memory_order_relaxed)) {
  }
}

/// A record lies in the home of a block, which therefore goes elsewhere. Do both blocks begin where
/// only one was expected? True: the density of the piece has been raised.
bool gets_denser(const LiveRecord& home, std::uint64_t address) {
  const std::uint64_t between = address_of_key(home.key.load(std::memory_order_relaxed)) ^ address;
  std::atomic<std::uint8_t>& guess = guess_for(address);
  std::uint8_t now = guess.load(std::memory_order_relaxed);
  const unsigned density = now >> kLevelBits;
  if (density + 1 == kDensities || between << density >> kPlaceBits != 0) return false;
  guess.compare_exchange_strong(now, static_cast<std::uint8_t>(now + (1u << kLevelBits)),
                                std::memory_order_relaxed);
  return true;  // whoever lost an exchange finds the density raised, too, or the level changed
}

bool insert_into(std::uint32_t level, std::uint64_t key, std::uint64_t value, int others) {
  const std::uint64_t address = address_of_key(key);
  if (!insert_in(levels[level].load(std::memory_order_relaxed), density_of(address), key, value,
                 others))
    return false;
  guess_level(address, level);
  return true;
}

bool withdraw_in(LiveRecord& first, std::uint64_t address, Found* found) {
  for (std::uint64_t i = 0; i < kGroup; ++i) {
    LiveRecord& record = in_group(first, i);
    const std::uint64_t key = record.key.load(std::memory_order_acquire);  // pairs with publish()
    if (!is_key_of(key, address)) continue;
    *found = {key, record.value.load(std::memory_order_relaxed)};
    record.key.store(0, std::memory_order_release);  // pairs with the claim of the next owner
    return true;
  }
  return false;
}

/// From where a record lies that found no room in its home group.
bool withdraw_from_others(Level level, LiveRecord& home, std::uint64_t address, Found* found) {
  std::atomic<std::uint8_t>& overflow = overflow_of(home);
  if (overflow.load(std::memory_order_relaxed) == 0) return false;
  for (int i = 0; i < kOthers; ++i) {
    if (!withdraw_in(other_home(level, address, i), address, found)) continue;
    lower(overflow);
    return true;
  }
  return false;
}

bool withdraw_from(Level level, std::uint64_t address, unsigned density, Found* found) {
  LiveRecord& home = home_in(level, address, density);
  return withdraw_in(home, address, found) || withdraw_from_others(level, home, address, found);
}

/// A search through a table without room reads some hundred cache lines, and a program goes on
/// allocating when it has filled the table: so many blocks after a vain one find room only where
/// they look first and in one of the larger levels.
constexpr std::uint32_t kHopeless = 1000;
constinit std::atomic<std::uint32_t> hopeless{0};

/// Adds a level behind number `last`. False: it cannot grow.
bool grow(std::uint32_t last) {
  const std::uint32_t have = end_of(last), end = end_of(last + 1);
  if (end * kPage > segment.reserved(Region::live) || last + 1 == kMostLevels ||
      !segment.commit(Region::overflows, end * kInPage / kGroup) ||
      !segment.commit(Region::live, end * kPage))
    return false;
  if ((end - have) * kPage >= kHugePage)
    segment.wants_huge_pages(Region::live, have * kPage, end * kPage);
  else
    segment.wants_pages(Region::live, have * kPage, end * kPage);
  // Readers first: what is inserted into the new level must be in what they look at.
  std::uint64_t buckets = have * kPage / sizeof(LiveBucket);
  segment.header->live_buckets.compare_exchange_strong(buckets, end * kPage / sizeof(LiveBucket),
                                                       std::memory_order_release);
  if (newest.load(std::memory_order_acquire) != last) return true;
  for (std::uint32_t density = 0; density < kDensities; ++density)
    levels[density << kLevelBits | (last + 1)].store(level_between(have, end),
                                                     std::memory_order_release);
  newest.compare_exchange_strong(last, last + 1, std::memory_order_release);
  return true;  // releases pair with bytes_of() in life/stream.cc, insert() and withdraw(); whoever
}  // lost an exchange finds the table grown too

/// Wherever there is room, or room to grow.
bool insert_with_care(std::uint64_t key, std::uint64_t value) {
  std::uint32_t last = 0;
  do {
    last = newest.load(std::memory_order_acquire);  // pairs with grow()
    const std::uint32_t most = last < kTried ? last + 1 : kTried;
    for (std::uint32_t i = 0; i < most; ++i)
      if (insert_into(last - i, key, value, others_before_growth(last, last - i))) return true;
  } while (grow(last));  // of the table that was full: another thread may have done it
  for (std::uint32_t i = 0; i <= last; ++i)
    if (insert_into(i, key, value, kOthers)) return true;
  hopeless.store(kHopeless, std::memory_order_relaxed);
  return false;
}

/// The count is no more than a hint: threads may lose each other's steps.
bool insert_in_passing(std::uint64_t key, std::uint64_t value) {
  const std::uint32_t left = hopeless.load(std::memory_order_relaxed);
  if (left != 0) hopeless.store(left - 1, std::memory_order_relaxed);
  const std::uint32_t last = newest.load(std::memory_order_acquire);  // pairs with grow()
  return insert_into(last - left % (last < kTried ? last + 1 : kTried), key, value, 1);
}

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
  for (auto& level : levels) level.store(level_between(0, kSmallest), std::memory_order_relaxed);
  newest.store(0, std::memory_order_release);
  hopeless.store(0, std::memory_order_relaxed);
  return true;
}

bool insert_elsewhere(LiveRecord& home, std::uint64_t key, std::uint64_t value) {
  // Beside its home first: the guess stays, and the line is there.
  const std::uint64_t address = address_of_key(key);
  LiveRecord& first = gets_denser(home, address) ? home_for(address) : home;
  if (claim_in(first, key, value)) return true;
  if (hopeless.load(std::memory_order_relaxed) == 0 ? insert_with_care(key, value)
                                                    : insert_in_passing(key, value))
    return true;
  segment.count_and_say(Counter::live_table_full);
  return false;
}

Found withdraw_elsewhere(LiveRecord& home, std::uint64_t address) {
  Found found;
  if (withdraw_in(home, address, &found)) return found;
  const std::uint32_t guess = guess_for(address).load(std::memory_order_relaxed);
  const Level guessed = levels[guess].load(std::memory_order_acquire);
  const unsigned density = guess >> kLevelBits;
  if (withdraw_from_others(guessed, home_in(guessed, address, density), address, &found))
    return found;
  const std::uint32_t last = newest.load(std::memory_order_acquire);
  // The larger levels are out of the cache: ask for their lines at once.
  for (std::uint32_t i = 0; i <= last && i < kTried; ++i)
    __builtin_prefetch(&home_in(levels[last - i].load(std::memory_order_relaxed), address, density),
                       1);
  // As its piece is now, or as it was when the record went in.
  for (unsigned before = density + 1; before-- > 0;)
    for (std::uint32_t i = 0; i <= last; ++i)
      if (withdraw_from(levels[last - i].load(std::memory_order_relaxed), address, before, &found))
        return found;
  return found;
}

}  // namespace leakhook::ledger::live_table
