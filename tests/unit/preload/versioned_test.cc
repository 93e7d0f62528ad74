// SPDX-License-Identifier: Apache-2.0
// Do writers of one record exclude each other, and does one that died half-way block nobody?
#include "../../../preload/ledger/versioned.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "../../../preload/base/system.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

TEST(Versioned, IsOddWhileFieldsChange) {
  Version version{0};
  {
    const Writing writing(version);
    EXPECT_EQ(version.load(), 1u);
  }
  EXPECT_EQ(version.load(), 2u);
}

TEST(Versioned, AWriterThatDiedIsTakenOver) {
  const testing::OwnBooks books;
  Version version{7};
  {
    const Writing writing(version);
    EXPECT_EQ(version.load() & 1, 1u);
  }
  EXPECT_EQ(version.load(), 8u);
  EXPECT_EQ(books.counter(Counter::records_seized), 1u);
}

TEST(Versioned, WaitsWhileOthersHaveTheirTurns) {
  const testing::OwnBooks books;
  constexpr std::uint64_t kMillisecond = 1'000'000;
  Version version{1};
  std::uint64_t longest_pause = 0;
  std::thread others([&] {
    const std::uint64_t began = sys::nanoseconds(CLOCK_MONOTONIC);
    for (std::uint64_t last = began, now; last < began + 1500 * kMillisecond; last = now) {
      usleep(1000);
      version.fetch_add(2);  // one ended, the next one began
      now = sys::nanoseconds(CLOCK_MONOTONIC);
      longest_pause = std::max(longest_pause, now - last);
    }
    version.fetch_add(1);
  });
  { const Writing writing(version); }
  others.join();
  if (longest_pause < 500 * kMillisecond) {
    EXPECT_EQ(books.counter(Counter::records_seized), 0u);
  }
  EXPECT_EQ(version.load() & 1, 0u);
}

TEST(Versioned, AForkedChildWaitsForNobody) {
  const testing::OwnBooks books;
  Version left{7}, free{8};
  end_for_others(left);
  end_for_others(free);
  EXPECT_EQ(left.load(), 8u);
  EXPECT_EQ(free.load(), 8u);
  { const Writing writing(left); }
  EXPECT_EQ(books.counter(Counter::records_seized), 0u);
}

TEST(Versioned, GoesRound) {
  Version version{~0u - 1};
  { const Writing writing(version); }
  EXPECT_EQ(version.load(), 0u);
}

TEST(Versioned, WritersExcludeEachOther) {
  const testing::OwnBooks books;
  Version version{0};
  int plain = 0;  // a lost update or a data race if two write at once
  constexpr int kThreads = 4, kEach = 20'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const Writing writing(version);
        ++plain;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(version.load() & 1, 0u);
  // A writer that alone lost its processor for long is taken over: counted.
  EXPECT_GE(plain, kThreads * kEach - static_cast<int>(books.counter(Counter::records_seized)));
}

}  // namespace
}  // namespace leakhook::ledger
