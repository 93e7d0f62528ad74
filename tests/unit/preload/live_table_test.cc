// SPDX-License-Identifier: Apache-2.0
// Is every live block in the table, and no dead one, however many threads write?
#include "../../../preload/ledger/live_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>
#include <vector>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;
using testing::OwnBooks;

constexpr std::uint64_t kBase = 0x7f0000000000;

/// What the table holds, as a reader sees it: address → value.
std::map<std::uint64_t, std::uint64_t> content() {
  std::map<std::uint64_t, std::uint64_t> all;
  const auto* records = segment.records<LiveRecord>(Region::live);
  const std::uint64_t count = segment.header->live_buckets.load() * 4;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t key = records[i].key.load();
    if (key == 0) continue;
    EXPECT_NE(key, kBusyKey);
    EXPECT_TRUE(all.emplace(address_of_key(key), records[i].value.load()).second) << "twice";
  }
  return all;
}

TEST(LiveTable, GivesBackWhatItGot) {
  const OwnBooks books;
  const std::uint64_t key = live_key(kBase, 77);
  EXPECT_TRUE(live_table::insert(key, 123));
  const live_table::Found found = live_table::withdraw(kBase);
  EXPECT_EQ(found.key, key);
  EXPECT_EQ(found.value, 123u);
  EXPECT_EQ(live_table::withdraw(kBase).key, 0u) << "once only";
  EXPECT_TRUE(content().empty());
}

TEST(LiveTable, DoesNotFindNeighbours) {
  const OwnBooks books;
  live_table::insert(live_key(kBase, 0), 1);
  EXPECT_EQ(live_table::withdraw(kBase + 8).key, 0u);
  EXPECT_EQ(live_table::withdraw(kBase - 8).key, 0u);
  EXPECT_EQ(content().size(), 1u);
}

TEST(LiveTable, GrowsAndFindsTheOldAndTheNew) {
  const OwnBooks books(256 * kMiB);
  constexpr std::uint64_t kMany = 100'000;
  for (std::uint64_t i = 0; i < kMany; ++i)
    ASSERT_TRUE(live_table::insert(live_key(kBase + 8 * i, 1), i));
  EXPECT_GE(segment.header->live_buckets.load() * 4, kMany);
  EXPECT_EQ(content().size(), kMany);
  for (std::uint64_t i = 0; i < kMany; ++i)
    ASSERT_EQ(live_table::withdraw(kBase + 8 * i).value, i) << i;
  EXPECT_TRUE(content().empty());
  EXPECT_EQ(books.losses(), "");
}

/// Of the whole segment, with what the table has in reserve. Blocks of 8 bytes (jemalloc) may
/// take 40.
TEST(LiveTable, AMillionBlocksTakeThirtyTwoBytesEach) {
  for (const std::uint64_t distance : {8, 32, 48, 112, 4096}) {
    const OwnBooks books(256 * kMiB);
    constexpr std::uint64_t kMany = 1'000'000;
    for (std::uint64_t i = 0; i < kMany; ++i)
      ASSERT_TRUE(live_table::insert(live_key(kBase + distance * i, 1), i));
    EXPECT_LE(segment.header->committed_total.load(), (distance == 8 ? 40 : 32) * kMany)
        << distance;
    EXPECT_EQ(books.losses(), "");
  }
}

/// Blocks of 16 and 8 bytes, as jemalloc makes them: once the piece is known to be dense, as many
/// find their home free as of others.
TEST(LiveTable, DenseBlocksHaveHomesOfTheirOwn) {
  for (const std::uint64_t distance : {32, 16, 8}) {
    const OwnBooks books;
    constexpr std::uint64_t kMany = 1024;
    int at_home = 0;
    for (int round = 0; round < 2; ++round) {
      at_home = 0;
      for (std::uint64_t i = 0; i < kMany; ++i) {
        const std::uint64_t address = kBase + distance * i;
        at_home += live_table::home_for(address).key.load() == 0;
        ASSERT_TRUE(live_table::insert(live_key(address, 1), i));
      }
      for (std::uint64_t i = 0; i < kMany; ++i)
        ASSERT_EQ(live_table::withdraw(kBase + distance * i).value, i);
    }
    EXPECT_GE(at_home, kMany * 9 / 10) << distance;
  }
}

/// Records that went in before stay where they are, at every density, and are found.
TEST(LiveTable, FindsWhatWentInBeforeItsPieceGotDense) {
  const OwnBooks books;
  constexpr std::uint64_t kMany = 20'000;
  const std::uint64_t firsts[] = {0, 16, 8, 24};
  for (const std::uint64_t first : firsts)
    for (std::uint64_t i = 0; i < kMany; ++i)
      ASSERT_TRUE(live_table::insert(live_key(kBase + 32 * i + first, 1), i + first));
  EXPECT_EQ(content().size(), kMany * std::size(firsts));
  for (const std::uint64_t first : firsts)
    for (std::uint64_t i = 0; i < kMany; ++i)
      ASSERT_EQ(live_table::withdraw(kBase + 32 * i + first).value, i + first) << first;
  EXPECT_TRUE(content().empty());
  EXPECT_EQ(books.losses(), "");
}

TEST(LiveTable, RoomThatWasGivenBackIsUsedAgain) {
  const OwnBooks books;
  constexpr std::uint64_t kAlive = 2000;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    ASSERT_TRUE(live_table::insert(live_key(kBase + 16 * i, 1), i));
    if (i >= kAlive) {
      ASSERT_EQ(live_table::withdraw(kBase + 16 * (i - kAlive)).value, i - kAlive);
    }
  }
  EXPECT_LE(segment.extent(Region::live).committed.load(), 256 * 1024u) << "no growth by churn";
}

TEST(LiveTable, AFullTableIsCountedAndGoesOn) {
  const OwnBooks books(kMiB);
  std::uint64_t inserted = 0;
  while (live_table::insert(live_key(kBase + 32 * inserted, 1), inserted)) ++inserted;
  EXPECT_EQ(books.counter(Counter::live_table_full), 1u);
  EXPECT_GE(inserted, segment.header->live_buckets.load() * 4 * 2 / 3) << "well filled";
  EXPECT_FALSE(live_table::insert(live_key(kBase + 32 * inserted, 1), 0));
  EXPECT_EQ(books.counter(Counter::live_table_full), 2u);
  EXPECT_EQ(content().size(), inserted);
  for (std::uint64_t i = 0; i < inserted; ++i)
    ASSERT_EQ(live_table::withdraw(kBase + 32 * i).value, i);
  EXPECT_TRUE(live_table::insert(live_key(kBase, 1), 0)) << "room again";
}

/// The value that the tests of torn records expect at an address.
std::uint64_t value_for(std::uint64_t key) { return key * 0x9e3779b97f4a7c15ULL >> 1; }

/// One thread's life: takes addresses that nobody owns, gives back ones that anybody took.
void churn(std::vector<std::atomic<std::uint64_t>>& owned, std::uint64_t seed, int rounds,
           std::atomic<int>& wrong) {
  std::mt19937_64 random(seed);
  constexpr std::uint64_t kTaken = ~std::uint64_t{0};
  for (int i = 0; i < rounds; ++i) {
    auto& owner = owned[random() % owned.size()];
    const std::uint64_t address = kBase + 16 * static_cast<std::uint64_t>(&owner - owned.data());
    std::uint64_t key = owner.exchange(kTaken);  // this thread owns the address now
    if (key == kTaken) continue;                 // another one does
    if (key == 0) {
      key = live_key(address, static_cast<std::uint32_t>(random() % 1000));
      wrong += !live_table::insert(key, value_for(key));
      owner.store(key);
    } else {
      const live_table::Found found = live_table::withdraw(address);
      wrong += found.key != key || found.value != value_for(key);
      owner.store(0);
    }
  }
}

/// Reads as the keeper does (life/stream.cc) and returns how many records were torn.
int read_once(std::uint64_t* seen) {
  int torn = 0;
  const auto* records = segment.records<LiveRecord>(Region::live);
  const std::uint64_t count = segment.header->live_buckets.load(std::memory_order_acquire) * 4;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t key = records[i].key.load(std::memory_order_acquire);
    const std::uint64_t value = records[i].value.load(std::memory_order_acquire);
    const std::uint64_t again = records[i].key.load(std::memory_order_acquire);
    if (key == 0 || key == kBusyKey || key != again) continue;
    if (records[i].value.load(std::memory_order_acquire) != value) continue;
    torn += value != value_for(key);
    ++*seen;
  }
  return torn;
}

TEST(LiveTable, LosesNothingUnderFourThreads) {
  const OwnBooks books(256 * kMiB);
  std::vector<std::atomic<std::uint64_t>> owned(40'000);
  std::atomic<int> wrong{0};
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] { churn(owned, t + 1, 300'000, wrong); });
  int torn = 0;
  std::uint64_t seen = 0;
  std::thread reader([&] {
    do torn += read_once(&seen);
    while (!is_over.load());
  });
  for (std::thread& thread : threads) thread.join();
  is_over.store(true);
  reader.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(torn, 0);
  EXPECT_GT(seen, 0u);
  std::map<std::uint64_t, std::uint64_t> expected;
  for (const auto& key : owned)
    if (key.load() != 0) expected.emplace(address_of_key(key.load()), value_for(key.load()));
  EXPECT_EQ(content(), expected);
  EXPECT_EQ(books.losses(), "");
}

/// All threads find the table full at the same moment: it doubles once, and nothing is dropped.
TEST(LiveTable, DoublesOnceWhenManyWantIt) {
  constexpr std::uint64_t kThreads = 4, kEach = 9'000;
  for (int round = 0; round < 20; ++round) {
    const OwnBooks books(2 * kMiB);
    std::atomic<std::uint64_t> waiting{0}, dropped{0};
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        ++waiting;
        while (waiting.load() < kThreads) std::this_thread::yield();
        for (std::uint64_t i = 0; i < kEach; ++i)
          dropped += !live_table::insert(live_key(kBase + 48 * (t * kEach + i), 1), i);
      });
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(dropped.load(), 0u);
    ASSERT_EQ(segment.header->live_buckets.load(), 16384u) << "36,000 records need 9,000 buckets";
    ASSERT_EQ(books.losses(), "");
  }
}

}  // namespace
}  // namespace leakhook::ledger
