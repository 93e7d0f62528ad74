// SPDX-License-Identifier: Apache-2.0
// Is each misuse there once for each stack, counted, and never where a stack sweeps?
#include "../../../preload/ledger/misuses.h"

#include <gtest/gtest.h>

#include <thread>

#include "../../../preload/ledger/moment.h"
#include "own_books.h"
#include "seen_misuse.h"

namespace leakhook::ledger {
namespace {

using testing::OwnBooks;
using testing::seen_misuses;

constexpr MisuseKind kMisuse = MisuseKind::double_close;

Moment at(StackId stack) { return {stack, 7, 3}; }

TEST(Misuses, CostNoPageUntilTheFirst) {
  const OwnBooks books;
  EXPECT_FALSE(misuses::were_seen());
  EXPECT_EQ(segment.extent(Region::misuses).committed.load(), 0u);
  misuses::record(kMisuse, at(5), {});
  EXPECT_TRUE(misuses::were_seen());
  EXPECT_GT(segment.extent(Region::misuses).committed.load(), 0u);
}

TEST(Misuses, TellWhatTheFirstWasAboutAndCountTheOthers) {
  const OwnBooks books;
  misuses::record(kMisuse, at(5), {Kind::socket, 9, 11, 12});
  misuses::record(kMisuse, at(5), {Kind::file, 10, 13, 14});
  const auto seen = seen_misuses();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].misuse, kMisuse);
  EXPECT_EQ(seen[0].kind, Kind::socket);
  EXPECT_EQ(seen[0].identity, 9u);
  EXPECT_EQ(seen[0].stack, 5u);
  EXPECT_EQ(seen[0].closed, 11u);
  EXPECT_EQ(seen[0].opened, 12u);
  EXPECT_EQ(seen[0].count, 2u);
}

TEST(Misuses, AreToldApartBySortAndStack) {
  const OwnBooks books;
  misuses::record(kMisuse, at(5), {});
  misuses::record(kMisuse, at(6), {});
  misuses::record(MisuseKind::double_join, at(5), {});
  EXPECT_EQ(seen_misuses().size(), 3u);
}

TEST(Misuses, OfASweepingStackAreNone) {
  const OwnBooks books;
  misuses::record(kMisuse, at(5), {});
  misuses::record_sweep(kMisuse, at(5));
  misuses::record_sweep(kMisuse, at(6));
  misuses::record(kMisuse, at(5), {});
  misuses::record(kMisuse, at(6), {});
  EXPECT_TRUE(seen_misuses().empty());
}

TEST(Misuses, OfTheParentAreNotTheChilds) {
  const OwnBooks books;
  misuses::record(kMisuse, at(5), {Kind::socket, 9, 0, 0});
  misuses::record_sweep(kMisuse, at(6));
  misuses::forget_all();
  EXPECT_TRUE(seen_misuses().empty());
  EXPECT_FALSE(misuses::were_seen());
  misuses::record(kMisuse, at(6), {});
  EXPECT_TRUE(seen_misuses().empty()) << "where the parent swept, the child does";
  misuses::record(kMisuse, at(5), {Kind::file, 10, 0, 0});
  const auto seen = seen_misuses();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].kind, Kind::file) << "its own first one";
  EXPECT_EQ(seen[0].count, 1u);
}

TEST(Misuses, BeyondTheTableAreCounted) {
  const OwnBooks books;
  for (StackId stack = 1; stack <= 2 * kMostMisuses; ++stack)
    misuses::record(kMisuse, at(stack), {});
  const std::uint64_t lost = books.counter(Counter::misuse_table_full);
  EXPECT_GE(lost, kMostMisuses);
  EXPECT_EQ(seen_misuses().size() + lost, 2 * kMostMisuses);
  EXPECT_GT(seen_misuses().size(), kMostMisuses / 2) << "most of the table is used";
}

TEST(Misuses, OfManyThreadsAtOneStackAreOneRecord) {
  const OwnBooks books;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int n = 0; n < 1000; ++n) misuses::record(kMisuse, at(5), {});
    });
  for (std::thread& thread : threads) thread.join();
  const auto seen = seen_misuses();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].count, 4000u);
}

}  // namespace
}  // namespace leakhook::ledger
