// SPDX-License-Identifier: Apache-2.0
// Are the rare resources found again, however many there are and whoever writes?
#include "../../../preload/ledger/resource_table.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using resource_table::Content;
using testing::kMiB;
using testing::OwnBooks;

Content timer(std::uint64_t identity) {
  Content content;
  content.kind = Kind::timer;
  content.identity = identity;
  content.stack = static_cast<StackId>(identity * 7);
  content.size = identity * 3;
  content.name[0] = 'x';
  return content;
}

TEST(ResourceTable, GivesBackWhatItGot) {
  const OwnBooks books;
  EXPECT_TRUE(resource_table::insert(timer(5)));
  EXPECT_EQ(resource_table::count_of(Kind::timer), 1u);
  Content out;
  EXPECT_FALSE(resource_table::withdraw(Kind::process, 5, &out)) << "another kind";
  EXPECT_FALSE(resource_table::withdraw(Kind::timer, 6, &out)) << "another identity";
  ASSERT_TRUE(resource_table::withdraw(Kind::timer, 5, &out));
  EXPECT_EQ(out.stack, 35u);
  EXPECT_EQ(out.size, 15u);
  EXPECT_STREQ(out.name, "x");
  EXPECT_FALSE(resource_table::withdraw(Kind::timer, 5, &out));
  EXPECT_EQ(resource_table::count_of(Kind::timer), 0u);
}

TEST(ResourceTable, AnIdentityOfZeroIsOne) {
  const OwnBooks books;  // timer_t of the first timer
  Content out;
  EXPECT_FALSE(resource_table::withdraw(Kind::timer, 0, &out)) << "a free slot is no timer";
  resource_table::insert(timer(0));
  EXPECT_TRUE(resource_table::withdraw(Kind::timer, 0, &out));
}

TEST(ResourceTable, TheLastReferenceTakesTheRecordOut) {
  const OwnBooks books;
  Content out = timer(5);
  EXPECT_FALSE(resource_table::add_reference(Kind::timer, 5));
  EXPECT_FALSE(resource_table::drop_reference(Kind::timer, 5, &out));
  out.size = 1;
  resource_table::insert(out);
  EXPECT_TRUE(resource_table::add_reference(Kind::timer, 5));
  EXPECT_TRUE(resource_table::drop_reference(Kind::timer, 5, &out));
  EXPECT_EQ(out.size, 1u);
  EXPECT_TRUE(resource_table::drop_reference(Kind::timer, 5, &out));
  EXPECT_EQ(out.size, 0u);
  EXPECT_FALSE(resource_table::drop_reference(Kind::timer, 5, &out));
  EXPECT_EQ(resource_table::count_of(Kind::timer), 0u);
}

TEST(ResourceTable, GrowsAndFindsTheOldAndTheNew) {
  const OwnBooks books(256 * kMiB);
  constexpr std::uint64_t kMany = 20'000;
  for (std::uint64_t i = 0; i < kMany; ++i) ASSERT_TRUE(resource_table::insert(timer(i)));
  EXPECT_EQ(resource_table::count_of(Kind::timer), kMany);
  for (std::uint64_t i = 0; i < kMany; ++i) {
    Content out;
    ASSERT_TRUE(resource_table::withdraw(Kind::timer, i, &out));
    ASSERT_EQ(out.size, i * 3);
  }
  EXPECT_EQ(books.losses(), "");
}

TEST(ResourceTable, AFullTableIsCounted) {
  const OwnBooks books(kMiB);
  std::uint64_t i = 0;
  while (resource_table::insert(timer(i))) ++i;
  EXPECT_EQ(books.counter(Counter::resource_table_full), 1u);
  EXPECT_EQ(resource_table::count_of(Kind::timer), i);
  EXPECT_GE(i, segment.extent(Region::resources).reserved / sizeof(ResourceRecord) / 2);
}

TEST(ResourceTable, VisitsEveryRecordOfAKindOnce) {
  const OwnBooks books;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    resource_table::insert(timer(i));
    Content child = timer(i);
    child.kind = Kind::process;
    resource_table::insert(child);
  }
  std::vector<std::uint64_t> taken;
  resource_table::withdraw_if(
      Kind::timer, [](const Content& content, void*) { return content.identity % 2 == 0; },
      [](const Content& content, void* context) {
        static_cast<std::vector<std::uint64_t>*>(context)->push_back(content.identity);
      },
      &taken);
  EXPECT_EQ(taken.size(), 500u);
  EXPECT_EQ(resource_table::count_of(Kind::timer), 500u);
  EXPECT_EQ(resource_table::count_of(Kind::process), 1000u);
}

TEST(ResourceTable, LosesNothingUnderFourThreads) {
  const OwnBooks books(256 * kMiB);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&wrong, t] {
      std::mt19937_64 random(t);
      std::vector<bool> is_mine(500);
      for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t n = random() % is_mine.size(), identity = t * 1000 + n;
        Content out;
        if (is_mine[n])
          wrong += !resource_table::withdraw(Kind::timer, identity, &out) ||
                   out.identity != identity || out.size != identity * 3;
        else
          wrong += !resource_table::insert(timer(identity));
        is_mine[n] = !is_mine[n];
      }
      for (std::uint64_t n = 0; n < is_mine.size(); ++n) {
        Content out;
        wrong += resource_table::withdraw(Kind::timer, t * 1000 + n, &out) != is_mine[n];
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(resource_table::count_of(Kind::timer), 0u);
  EXPECT_EQ(books.losses(), "");
}

// --- through the ledger's own functions --------------------------------------------------------

class Resources : public ::testing::Test {
 protected:
  /// The record with this identity, null when there is none.
  static const ResourceRecord* find(Kind kind, std::uint64_t identity) {
    const RegionExtent& extent = segment.extent(Region::resources);
    const auto* records = segment.records<ResourceRecord>(Region::resources);
    for (std::uint64_t i = 0; i < extent.committed.load() / sizeof(ResourceRecord); ++i)
      if (records[i].kind == kind && records[i].identity == identity) return &records[i];
    return nullptr;
  }

  OwnBooks books_;
  const Caller caller_ = LEAKHOOK_CALLER;
};

TEST_F(Resources, KeepTheEndOfTheirName) {
  acquired(caller_, Kind::library, 1, "/usr/lib/x86_64-linux-gnu/libsomething-long.so.6");
  ASSERT_NE(find(Kind::library, 1), nullptr);
  EXPECT_STREQ(find(Kind::library, 1)->name, "-linux-gnu/libsomething-long.so.6" + 2);
  acquired(caller_, Kind::semaphore, 2);
  EXPECT_STREQ(find(Kind::semaphore, 2)->name, "");
}

TEST_F(Resources, ALibraryIsCountedByItsOpenings) {
  acquired(caller_, Kind::library, 1);
  acquired(caller_, Kind::library, 1);
  EXPECT_EQ(find(Kind::library, 1)->size, 2u);
  released(Kind::library, 1);
  EXPECT_EQ(find(Kind::library, 1)->size, 1u);
  released(Kind::library, 1);
  EXPECT_EQ(find(Kind::library, 1), nullptr);
  released(Kind::library, 1);
}

TEST_F(Resources, ATimerOfTheSameNumberReplacesTheOld) {
  acquired(caller_, Kind::timer, 1);
  acquired(caller_, Kind::timer, 1);
  EXPECT_EQ(resource_table::count_of(Kind::timer), 1u);
  released(Kind::timer, 1);
  EXPECT_EQ(find(Kind::timer, 1), nullptr);
}

TEST_F(Resources, WhatWasWithdrawnComesBack) {
  acquired(caller_, Kind::library, 1, "libx.so");
  acquired(caller_, Kind::library, 1, "libx.so");
  const StackId stack = find(Kind::library, 1)->stack;
  WithdrawnResource first, second;
  withdraw(Kind::library, 1, &first);
  withdraw(Kind::library, 1, &second);
  EXPECT_EQ(find(Kind::library, 1), nullptr);
  restore(second);
  restore(first);
  ASSERT_NE(find(Kind::library, 1), nullptr);
  EXPECT_EQ(find(Kind::library, 1)->size, 2u);
  EXPECT_EQ(find(Kind::library, 1)->stack, stack);
  EXPECT_STREQ(find(Kind::library, 1)->name, "libx.so");
}

TEST_F(Resources, NothingWithdrawnNothingRestored) {
  WithdrawnResource withdrawn;
  withdraw(Kind::timer, 77, &withdrawn);
  restore(withdrawn);
  EXPECT_EQ(resource_table::count_of(Kind::timer), 0u);
}

/// One thread opens and another closes the same library: an open one is never forgotten.
TEST_F(Resources, OpeningsAndClosingsOfTwoThreadsAddUp) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t)
      threads.emplace_back([this] {
        for (int i = 0; i < 200; ++i) {
          acquired(caller_, Kind::library, 1);
          released(Kind::library, 1);
        }
        acquired(caller_, Kind::library, 1);
      });
    for (std::thread& thread : threads) thread.join();
    released(Kind::library, 1);
    ASSERT_NE(find(Kind::library, 1), nullptr) << "opened once more than closed";
    released(Kind::library, 1);
    ASSERT_EQ(find(Kind::library, 1), nullptr) << "closed as often as opened";
  }
}

}  // namespace
}  // namespace leakhook::ledger
