// SPDX-License-Identifier: Apache-2.0
// Does the filter count what it is told, for ever where it cannot, and evenly?
#include "../../../preload/ledger/sample_filter.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "../../../preload/ledger/live_table.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

constexpr std::uint64_t kBase = 0x7f0000000010;

const void* pointer(std::uint64_t address) { return reinterpret_cast<const void*>(address); }

std::unique_ptr<SampleFilter> new_filter() {
  auto filter = std::make_unique<SampleFilter>();
  filter->turn_on();
  return filter;
}

/// The next address of the same class.
std::uint64_t twin_of(std::uint64_t address) {
  std::uint64_t twin = address + 16;
  while (SampleFilter::place_of(twin) != SampleFilter::place_of(address)) twin += 16;
  return twin;
}

TEST(SampleFilter, KnowsWhatWasRaised) {
  const auto filter = new_filter();
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase)));
  filter->raise(kBase);
  EXPECT_FALSE(filter->has_surely_not(pointer(kBase)));
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase + 16)));
  filter->lower(kBase);
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase)));
}

TEST(SampleFilter, SendsEverythingToTheTableWhileItIsOff) {
  const auto filter = new_filter();
  filter->turn_off();
  EXPECT_FALSE(filter->has_surely_not(pointer(kBase)));
  EXPECT_FALSE(filter->has_surely_not(nullptr));
  filter->turn_on();
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase)));
  EXPECT_TRUE(filter->has_surely_not(nullptr));
}

TEST(SampleFilter, CountsBlocksOfOneClass) {
  const auto filter = new_filter();
  const std::uint64_t twin = twin_of(kBase);
  filter->raise(kBase);
  filter->raise(twin);
  filter->lower(kBase);
  EXPECT_FALSE(filter->has_surely_not(pointer(twin)));
  filter->lower(twin);
  EXPECT_TRUE(filter->has_surely_not(pointer(twin)));
}

TEST(SampleFilter, StaysAtItsEnd) {
  const auto filter = new_filter();
  for (int i = 0; i < 254; ++i) filter->raise(kBase);
  for (int i = 0; i < 254; ++i) filter->lower(kBase);
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase)));
  for (int i = 0; i < 300; ++i) filter->raise(kBase);
  for (int i = 0; i < 300; ++i) filter->lower(kBase);
  EXPECT_FALSE(filter->has_surely_not(pointer(kBase))) << "nobody knows how many are left";
}

TEST(SampleFilter, IsNotLoweredBelowZero) {
  const auto filter = new_filter();
  filter->lower(kBase);
  EXPECT_TRUE(filter->has_surely_not(pointer(kBase)));
}

TEST(SampleFilter, LosesNothingBetweenThreads) {
  const auto filter = new_filter();
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t)
    threads.emplace_back([&filter, t] {
      for (int i = 0; i < 50'000; ++i) {
        filter->raise(kBase);
        filter->lower(kBase);
      }
      if (t != 0) filter->raise(kBase);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(filter->counters[SampleFilter::place_of(kBase)].load(), 3);
}

/// Blocks lie at strides: neighbours, pages, arenas. With 4000 of them, few classes hold many.
TEST(SampleFilter, SpreadsEveryStride) {
  for (std::uint64_t stride = 16; stride <= std::uint64_t{1} << 30; stride *= 2)
    for (const std::uint64_t odd : {1, 3, 7}) {
      const auto filter = new_filter();
      for (std::uint64_t i = 0; i < 4000; ++i) filter->raise(kBase + i * stride * odd);
      int classes = 0;
      for (const auto& counter : filter->counters) classes += counter.load() != 0;
      EXPECT_GT(classes, 2000) << "stride " << stride * odd;
    }
}

TEST(SampleFilter, CountsTheTableAgain) {
  const testing::OwnBooks books;
  for (std::uint64_t i = 0; i < 1000; ++i)
    ASSERT_TRUE(live_table::insert(live_key(kBase + 4096 * i, 1), i + 1));
  const auto filter = new_filter();
  filter->raise(kBase - 16);
  filter->count_again();
  for (std::uint64_t i = 0; i < 1000; ++i) filter->lower(kBase + 4096 * i);
  for (const auto& counter : filter->counters) ASSERT_EQ(counter.load(), 0);
}

}  // namespace
}  // namespace leakhook::ledger
