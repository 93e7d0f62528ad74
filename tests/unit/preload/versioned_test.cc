// SPDX-License-Identifier: Apache-2.0
// Do writers of one record exclude each other, and does one that died half-way block nobody?
#include "../../../preload/ledger/versioned.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

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
  Version version{7};
  {
    const Writing writing(version);
    EXPECT_EQ(version.load() & 1, 1u);
  }
  EXPECT_EQ(version.load(), 8u);
}

TEST(Versioned, GoesRound) {
  Version version{~0u - 1};
  { const Writing writing(version); }
  EXPECT_EQ(version.load(), 0u);
}

TEST(Versioned, WritersExcludeEachOther) {
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
  // A writer that lost its processor inside is taken over after the bound: a few are allowed.
  EXPECT_GE(plain, kThreads * kEach - 20);
}

}  // namespace
}  // namespace leakhook::ledger
