// SPDX-License-Identifier: Apache-2.0
// Has each thread a shard of the counts to itself while there are enough, and is nothing lost when
// there are not?
#include "../../../preload/ledger/shards.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "../../../preload/ledger/stack_table.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::OwnBooks;

class Shards : public ::testing::Test {
 protected:
  void SetUp() override { shards::keep_only(shards::kShared); }
  void TearDown() override { shards::keep_only(shards::kShared); }
};

TEST_F(Shards, AreOwnedWhileThereAreEnough) {
  std::set<std::uint32_t> owned;
  for (std::uint32_t i = 0; i < shards::kShared; ++i) owned.insert(shards::take());
  EXPECT_EQ(owned.size(), std::size_t{shards::kShared});
  EXPECT_EQ(owned.count(shards::kShared), 0u);
  EXPECT_EQ(shards::take(), shards::kShared) << "for all further threads";
  EXPECT_EQ(shards::take(), shards::kShared);
  shards::give_back(shards::kShared);
  EXPECT_EQ(shards::take(), shards::kShared) << "giving that back frees none";
  shards::give_back(3);
  EXPECT_EQ(shards::take(), 3u);
}

TEST_F(Shards, AForkedChildKeepsItsOwnAlone) {
  for (std::uint32_t i = 0; i < shards::kShared; ++i) (void)shards::take();
  shards::keep_only(2);
  std::set<std::uint32_t> owned;
  for (std::uint32_t i = 1; i < shards::kShared; ++i) owned.insert(shards::take());
  EXPECT_EQ(owned.size(), std::size_t{shards::kShared} - 1);
  EXPECT_EQ(owned.count(2), 0u);
}

TEST_F(Shards, MoreThreadsThanShardsLoseNoCount) {
  const OwnBooks books;
  const unwind::Address frame = 0x1234;
  const StackId stack = stack_table::intern({&frame, 1}, unwind::End::outermost);
  constexpr std::uint64_t kThreads = 2 * kCountShards, kEach = 20'000;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> waiting{0};
  for (std::uint64_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      const std::uint32_t shard = shards::take();
      ++waiting;
      while (waiting.load() < kThreads) std::this_thread::yield();
      for (std::uint64_t i = 0; i < kEach; ++i) stack_table::count(stack, shard, 1, 3);
      shards::give_back(shard);
    });
  for (std::thread& thread : threads) thread.join();
  std::uint64_t objects = 0, bytes = 0;
  for (std::uint32_t shard = 0; shard < kCountShards; ++shard) {
    const auto& counts = segment.records<StackCounts>(Region::counts)[count_index(stack, shard)];
    objects += counts.objects.load(), bytes += counts.bytes.load();
  }
  EXPECT_EQ(objects, kThreads * kEach);
  EXPECT_EQ(bytes, 3 * kThreads * kEach);
}

}  // namespace
}  // namespace leakhook::ledger
