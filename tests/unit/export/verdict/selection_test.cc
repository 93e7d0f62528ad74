// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/selection.h"

#include <gtest/gtest.h>

#include "../../../../export/verdict/policy_parser.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

Decision decided(const Holding& holding, const char* fail_on = "default") {
  Policy policy;
  EXPECT_EQ(parse_fail_on(fail_on, &policy.fail_on), "");
  return select(holding, policy).decision;
}

TEST(Selection, HeapBlocksAreJudgedByTheirWord) {
  EXPECT_EQ(decided(heap(Word::definite, {"a"}, 1, 1)), Decision::fails);
  EXPECT_EQ(decided(heap(Word::indirect, {"a"}, 1, 1)), Decision::fails);
  EXPECT_EQ(decided(heap(Word::possible, {"a"}, 1, 1)), Decision::shown);
  EXPECT_EQ(decided(heap(Word::unknown, {"a"}, 1, 1)), Decision::shown);
  EXPECT_EQ(decided(heap(Word::reachable, {"a"}, 1, 1)), Decision::not_judged);
  EXPECT_EQ(decided(heap(Word::reachable, {"a"}, 1, 1), "reachable"), Decision::fails);
  EXPECT_EQ(decided(heap(Word::definite, {"a"}, 1, 1), "possible"), Decision::shown);
}

TEST(Selection, WhereEveryWordFailsNobodyNeedsToKnowIt) {
  EXPECT_EQ(decided(heap(Word::unknown, {"a"}, 1, 1), "all"), Decision::fails);
  EXPECT_EQ(decided(heap(Word::unknown, {"a"}, 1, 1), "heap,possible"), Decision::shown);
  FailOn fail_on;
  EXPECT_FALSE(asks_for_reach(fail_on));
  ASSERT_EQ(parse_fail_on("all", &fail_on), "");
  EXPECT_FALSE(asks_for_reach(fail_on));
  ASSERT_EQ(parse_fail_on("heap", &fail_on), "");
  EXPECT_TRUE(asks_for_reach(fail_on));
}

TEST(Selection, OtherKindsAreJudgedWhereTheyAreAskedFor) {
  EXPECT_EQ(decided(open(Kind::socket, {"a"})), Decision::fails);
  EXPECT_EQ(decided(open(Kind::timer, {"a"})), Decision::fails);
  EXPECT_EQ(decided(open(Kind::mapping, {"a"})), Decision::not_judged);
  EXPECT_EQ(decided(open(Kind::mapping, {"a"}), "mapping"), Decision::fails);
  EXPECT_EQ(decided(open(Kind::socket, {"a"}), "none"), Decision::not_judged);
  EXPECT_EQ(decided(open(Kind::none, {"a"}), "all"), Decision::not_judged);
}

TEST(Selection, WhatTheProgramDidNotOpenIsNotJudged) {
  for (const char* origin : {"inherited", "untracked"}) {
    Holding holding = open(Kind::file, {"a"});
    holding.origin = origin;
    EXPECT_EQ(decided(holding, "all"), Decision::not_judged) << origin;
  }
}

TEST(Selection, StandardDescriptorsDoNotCount) {
  Holding holding = open(Kind::file, {"a"}, 2);
  holding.fds = {0, 2};
  EXPECT_EQ(decided(holding), Decision::not_judged);
  holding.fds = {2, 3};
  EXPECT_EQ(decided(holding), Decision::fails);
  EXPECT_EQ(judged_count(holding), 1);
  holding.fds = {};
  EXPECT_EQ(judged_count(holding), 2);
}

TEST(Selection, ThreadsThatRunAreOrdinaryAndEndedOnesAreNot) {
  EXPECT_EQ(decided(thread("running")), Decision::shown);
  EXPECT_EQ(decided(thread("detached")), Decision::shown);
  EXPECT_EQ(decided(thread("")), Decision::shown);
  EXPECT_EQ(decided(thread("ended")), Decision::fails);
  EXPECT_EQ(decided(thread("running"), "thread"), Decision::fails);
  EXPECT_EQ(decided(thread("ended"), "fd"), Decision::not_judged);
}

TEST(Selection, AMarkLeavesOutTheOthers) {
  Policy policy = default_policy();
  policy.mark = "suite.test";
  Holding holding = open(Kind::file, {"a"});
  EXPECT_EQ(select(holding, policy).decision, Decision::not_judged);
  holding.mark = "suite.test";
  EXPECT_EQ(select(holding, policy).decision, Decision::fails);
}

}  // namespace
}  // namespace leakhook::verdict
