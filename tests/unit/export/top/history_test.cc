// SPDX-License-Identifier: Apache-2.0
// Growth is counted from the first dump and from the last one, by the clock of the dumps.
#include "../../../../export/top/history.h"

#include <gtest/gtest.h>

#include "../holdings.h"

namespace leakhook::top {
namespace {

using testing::dump_at;
using testing::held;

const Row* row_of_stack(const History& history, const std::string& function) {
  for (const Row& row : history.stacks())
    if (row.stack[0].function == function) return &row;
  return nullptr;
}

TEST(History, GrowsSinceTheFirstAndTheLastDump) {
  History history;
  history.add(dump_at(0, {held(Kind::heap, "a", 1, 10)}));
  EXPECT_EQ(row_of_stack(history, "a")->since_first, Amount{});
  history.add(dump_at(20, {held(Kind::heap, "a", 4, 40)}));
  history.add(dump_at(30, {held(Kind::heap, "a", 6, 60), held(Kind::file, "b", 1)}));
  const Row* const row = row_of_stack(history, "a");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->now, (Amount{6, 60}));
  EXPECT_EQ(row->since_first, (Amount{5, 50}));
  EXPECT_EQ(row->since_last, (Amount{2, 20}));
  EXPECT_EQ(row_of_stack(history, "b")->since_first, (Amount{1, 0}));
  EXPECT_EQ(history.dumps(), 3);
  EXPECT_EQ(history.seconds(), 30);
  EXPECT_EQ(history.per_minute(5), 10);
}

TEST(History, NoTimeIsNoRate) {
  History history;
  history.add(dump_at(5, {held(Kind::heap, "a", 1, 10)}));
  EXPECT_EQ(history.per_minute(5), 0);
}

TEST(History, KindsAreSumsAlsoOfStacksInBetween) {
  History history;
  history.add(dump_at(0, {held(Kind::heap, "a", 1, 10)}));
  history.add(dump_at(1, {held(Kind::heap, "a", 1, 10), held(Kind::heap, "passing", 7, 70)}));
  history.add(dump_at(2, {held(Kind::heap, "a", 2, 20), held(Kind::heap, "b", 1, 1)}));
  ASSERT_EQ(history.kinds().size(), 1u);
  const Row& heap = history.kinds()[0];
  EXPECT_EQ(heap.now, (Amount{3, 21}));
  EXPECT_EQ(heap.since_first, (Amount{2, 11}));
  EXPECT_EQ(heap.since_last, (Amount{-5, -59}));
}

TEST(History, WhatIsGoneStaysInSight) {
  History history;
  history.add(dump_at(0, {held(Kind::file, "a", 3)}));
  history.add(dump_at(1, {}));
  ASSERT_NE(row_of_stack(history, "a"), nullptr);
  EXPECT_EQ(row_of_stack(history, "a")->since_first, (Amount{-3, 0}));
}

TEST(History, RestartCountsFromHere) {
  History history;
  history.add(dump_at(0, {held(Kind::heap, "a", 1, 10)}));
  history.add(dump_at(10, {held(Kind::heap, "a", 4, 40)}));
  history.restart();
  EXPECT_EQ(history.dumps(), 1);
  EXPECT_EQ(row_of_stack(history, "a")->since_first, Amount{});
  history.add(dump_at(40, {held(Kind::heap, "a", 5, 50)}));
  EXPECT_EQ(row_of_stack(history, "a")->since_first, (Amount{1, 10}));
  EXPECT_EQ(history.seconds(), 30);
}

}  // namespace
}  // namespace leakhook::top
