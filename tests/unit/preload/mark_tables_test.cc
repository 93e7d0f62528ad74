// SPDX-License-Identifier: Apache-2.0
// Do the marker's small tables keep their promises?
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include "../../../preload/mark/number_set.h"
#include "../../../preload/mark/page_queue.h"
#include "../../../preload/mark/ranges.h"

namespace leakhook::mark {
namespace {

TEST(MarkRoom, IsZeroAndOfTheSizeAskedFor) {
  Room<std::uint64_t> room;
  EXPECT_EQ(room.count(), 0u);
  ASSERT_TRUE(room.take(1 << 20));
  EXPECT_EQ(room.count(), 1u << 20);
  for (const std::uint64_t item : {room[0], room[12345], room[(1 << 20) - 1]}) EXPECT_EQ(item, 0u);
  room[5] = 7;
  ASSERT_TRUE(room.take(100));
  EXPECT_EQ(room[5], 0u);
}

TEST(MarkRoom, RefusesWhatNoAddressSpaceHolds) {
  Room<std::uint64_t> room;
  ASSERT_TRUE(room.take(10));
  EXPECT_FALSE(room.take(std::uint64_t{1} << 45));
  EXPECT_FALSE(room.take(~std::uint64_t{0} / 8 + 2)) << "in bytes this would be small";
  EXPECT_EQ(room.count(), 0u);
}

TEST(MarkRanges, FindsTheRangeOfAnAddressInWhateverOrderTheyCame) {
  for (const std::uint64_t step : {1, 7, 999}) {
    Ranges ranges;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      const std::uint64_t number = i * step % 1000 + 1;
      ASSERT_TRUE(ranges.add({number * 100, number * 100 + 50}));
    }
    EXPECT_EQ(ranges.end() - ranges.begin(), 1000);
    for (std::uint64_t i = 1; i <= 1000; ++i) {
      EXPECT_EQ(ranges.holding(i * 100 - 1), nullptr);
      ASSERT_NE(ranges.holding(i * 100), nullptr);
      EXPECT_EQ(ranges.holding(i * 100)->start, i * 100);
      ASSERT_NE(ranges.holding(i * 100 + 49), nullptr);
      EXPECT_EQ(ranges.holding(i * 100 + 50), nullptr);
      EXPECT_FALSE(ranges.has_any_in({i * 100 - 50, i * 100}));
      EXPECT_TRUE(ranges.has_any_in({i * 100 - 50, i * 100 + 1}));
    }
    EXPECT_EQ(ranges.holding(1'000'000), nullptr);
  }
}

TEST(MarkRanges, KeepsThoseThatShallBeKept) {
  Ranges ranges;
  EXPECT_TRUE(ranges.is_empty());
  EXPECT_TRUE(ranges.add({7, 7}));
  EXPECT_TRUE(ranges.is_empty()) << "it held nothing";
  for (std::uint64_t i = 0; i < 10; ++i) ASSERT_TRUE(ranges.add({i * 10, i * 10 + 5}));
  ranges.keep_if([](Range range) { return range.start % 20 == 0; });
  EXPECT_EQ(ranges.end() - ranges.begin(), 5);
  EXPECT_EQ(ranges.holding(12), nullptr);
  EXPECT_NE(ranges.holding(22), nullptr);
}

TEST(MarkNumberSet, CountsWhatItHas) {
  std::mt19937 random(1);
  for (const std::uint32_t end : {1, 64, 65, 5000}) {
    NumberSet numbers;
    std::set<std::uint32_t> expected;
    ASSERT_TRUE(numbers.take(end));
    for (std::uint32_t i = 0; i < end / 5 + 1; ++i) {
      const std::uint32_t number = random() % end;
      numbers.add(number);
      expected.insert(number);
    }
    ASSERT_TRUE(numbers.count_up());
    EXPECT_EQ(numbers.count(), expected.size());
    std::uint32_t index = 0;
    for (std::uint32_t number = 0; number < end; ++number) {
      EXPECT_EQ(numbers.has(number), expected.contains(number));
      EXPECT_EQ(numbers.index_of(number), index);
      index += expected.contains(number);
    }
  }
}

TEST(MarkNumberSet, SaysWhetherItHasAnyInARow) {
  NumberSet numbers;
  ASSERT_TRUE(numbers.take(1000));
  numbers.add(300);
  for (std::uint32_t first = 0; first < 400; ++first)
    for (const std::uint32_t count : {1, 2, 63, 64, 65, 256})
      EXPECT_EQ(numbers.has_any(first, count), first <= 300 && 300 < first + count)
          << first << " " << count;
}

TEST(MarkPageQueue, GivesThemInTheOrderThatTheyCameAndOnce) {
  PageQueue queue;
  ASSERT_TRUE(queue.take(100, 100));
  std::deque<std::uint32_t> expected;
  std::mt19937 random(1);
  for (int round = 0; round < 100'000; ++round) {
    const std::uint32_t page = random() % 100;
    if (random() % 100 < (round / 1000 % 2 == 0 ? 80 : 20)) {
      queue.put(page);
      if (std::find(expected.begin(), expected.end(), page) == expected.end())
        expected.push_back(page);
    } else if (!expected.empty()) {
      ASSERT_EQ(queue.pop(), expected.front());
      expected.pop_front();
    }
    ASSERT_EQ(queue.is_empty(), expected.empty());
    std::uint32_t seen = 0;
    ASSERT_EQ(queue.look(3, &seen), expected.size() > 3);
    ASSERT_TRUE(expected.size() <= 3 || seen == expected[3]);
  }
}

}  // namespace
}  // namespace leakhook::mark
