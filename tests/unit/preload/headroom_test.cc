// SPDX-License-Identifier: Apache-2.0
// Does the price of a copy follow what the kernel says?
#include "../../../preload/life/headroom.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>

namespace leakhook::life {
namespace {

TEST(Headroom, NumbersAreFoundByTheNameOfTheirLine) {
  const char* text = "Rss:      123 kB\nAnonHugePages:  7 kB\nRssFile 5\ninactive_file 99\n";
  EXPECT_EQ(number_in(text, "Rss"), 123u);
  EXPECT_EQ(number_in(text, "AnonHugePages"), 7u);
  EXPECT_EQ(number_in(text, "RssFile"), 5u);
  EXPECT_EQ(number_in(text, "inactive_file"), 99u);
  EXPECT_EQ(number_in(text, "Huge"), 0u);
  EXPECT_EQ(number_in("", "Rss"), 0u);
  EXPECT_EQ(number_in("Rss: many", "Rss"), 0u);
}

TEST(Headroom, MoreMemoryTakesLongerAndNeedsMore) {
  const Headroom before = look_at_headroom();
  constexpr std::size_t kMore = 64 << 20;
  void* pages = mmap(nullptr, kMore, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  madvise(pages, kMore, MADV_NOHUGEPAGE);
  std::memset(pages, 1, kMore);
  const Headroom after = look_at_headroom();
  EXPECT_GT(after.predicted_pause_ns(), before.predicted_pause_ns() + 1'000'000);
  EXPECT_GT(after.memory_needed(0, 0), before.memory_needed(0, 0) + kMore / 32);
  munmap(pages, kMore);
}

TEST(Headroom, BlocksAndBooksNeedMemory) {
  const Headroom headroom = look_at_headroom();
  EXPECT_GE(headroom.memory_needed(1'000'000, 0), headroom.memory_needed(0, 0) + 8'000'000);
  EXPECT_GE(headroom.memory_needed(0, 50'000'000), headroom.memory_needed(0, 0) + 50'000'000);
}

TEST(Headroom, NothingIsLeftBeyondTheLimitOfTheGroups) {
  EXPECT_GT(limit_of_groups(), 1u << 20);
  EXPECT_LE(look_at_headroom().left, limit_of_groups());
}

TEST(Headroom, SomeMemoryIsLeft) { EXPECT_GT(look_at_headroom().left, 1u << 20); }

}  // namespace
}  // namespace leakhook::life
