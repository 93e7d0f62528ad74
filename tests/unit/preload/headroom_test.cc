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
  const std::uint64_t pause = predicted_pause_ns(), needed = memory_needed(0, 0);
  constexpr std::size_t kMore = 64 << 20;
  void* pages = mmap(nullptr, kMore, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  madvise(pages, kMore, MADV_NOHUGEPAGE);
  std::memset(pages, 1, kMore);
  EXPECT_GT(predicted_pause_ns(), pause + 1'000'000);
  EXPECT_GT(memory_needed(0, 0), needed + kMore / 32);
  munmap(pages, kMore);
}

TEST(Headroom, BlocksAndBooksNeedMemory) {
  EXPECT_GE(memory_needed(1'000'000, 0), memory_needed(0, 0) + 8'000'000);
  EXPECT_GE(memory_needed(0, 50'000'000), memory_needed(0, 0) + 50'000'000);
}

TEST(Headroom, SomeMemoryIsLeft) { EXPECT_GT(memory_left(), 1u << 20); }

}  // namespace
}  // namespace leakhook::life
