// SPDX-License-Identifier: Apache-2.0
// New, grown, shrunk and gone stacks are called so, in the right order, and fail when asked.
#include "../../../../export/verdict/dump_diff.h"

#include <gtest/gtest.h>

#include "../holdings.h"

namespace leakhook::verdict {
namespace {

using testing::held;

Dump dump(std::vector<Holding> holdings, const std::string& program = "service") {
  Dump dump = testing::dump_at(0, std::move(holdings));
  dump.program = program;
  return dump;
}

/// "heap leak_a grown", in the order of the difference.
std::vector<std::string> told(const DumpDiff& diff) {
  std::vector<std::string> texts;
  for (const StackChange& change : diff.stacks)
    texts.push_back(std::string(row_of(change.key.kind).label) + " " + change.stack[0].function +
                    " " + text_of(change.change));
  return texts;
}

using Texts = std::vector<std::string>;

TEST(DumpDiff, EveryChangeHasItsName) {
  const DumpDiff diff = difference(
      {dump({held(Kind::heap, "grows", 1, 10), held(Kind::heap, "shrinks", 5, 50),
             held(Kind::heap, "goes", 1, 1), held(Kind::heap, "stays", 2, 20)})},
      {dump({held(Kind::heap, "grows", 3, 30), held(Kind::heap, "shrinks", 4, 40),
             held(Kind::heap, "comes", 1, 100), held(Kind::heap, "stays", 2, 20)})});
  EXPECT_EQ(told(diff), (Texts{"heap comes new", "heap grows grown", "heap stays same",
                               "heap goes gone", "heap shrinks shrunk"}));
  for (const Change change : {Change::fresh, Change::grown, Change::shrunk, Change::gone, Change::same})
    EXPECT_EQ(diff.count_of(change), 1u) << text_of(change);
  ASSERT_EQ(diff.kinds.size(), 1u);
  EXPECT_EQ(diff.kinds[0].before, (Amount{9, 81}));
  EXPECT_EQ(diff.kinds[0].after, (Amount{10, 190}));
}

TEST(DumpDiff, MoreOfEitherIsGrowth) {
  const DumpDiff diff = difference(
      {dump({held(Kind::heap, "larger", 2, 10), held(Kind::heap, "more", 2, 10),
             held(Kind::heap, "fewer", 2, 10)})},
      {dump({held(Kind::heap, "larger", 1, 11), held(Kind::heap, "more", 3, 9),
             held(Kind::heap, "fewer", 1, 10)})});
  EXPECT_EQ(told(diff), (Texts{"heap larger grown", "heap fewer shrunk", "heap more grown"}));
}

TEST(DumpDiff, KindsKeepTheirOrder) {
  const DumpDiff diff =
      difference({dump({})}, {dump({held(Kind::thread, "a", 9), held(Kind::file, "a", 1),
                                    held(Kind::heap, "a", 1, 1), held(Kind::file, "b", 2)})});
  EXPECT_EQ(told(diff), (Texts{"heap a new", "file b new", "file a new", "thread a new"}));
}

TEST(DumpDiff, WordsThreadsAndAgesAreOneStack) {
  Holding lost = held(Kind::heap, "a", 1, 10), kept = held(Kind::heap, "a", 2, 20);
  lost.word = Word::definite;
  kept.word = Word::reachable;
  kept.thread = "worker";
  const DumpDiff diff = difference({dump({held(Kind::heap, "a", 3, 30)})}, {dump({lost, kept})});
  EXPECT_EQ(told(diff), (Texts{"heap a same"}));
}

TEST(DumpDiff, LinesMayMove) {
  Holding moved = held(Kind::heap, "a", 1, 10);
  moved.stack[0].line = 77;
  EXPECT_EQ(told(difference({dump({held(Kind::heap, "a", 1, 10)})}, {dump({moved})})),
            (Texts{"heap a same"}));
}

TEST(DumpDiff, ProgramsAreToldApartOnlyWhereThereAreSeveral) {
  const auto one = dump({held(Kind::file, "a", 1)}, "old_name");
  const auto other = dump({held(Kind::file, "a", 1)}, "new_name");
  EXPECT_EQ(told(difference({one}, {other})), (Texts{"file a same"}));
  EXPECT_EQ(told(difference({one}, {one, other})), (Texts{"file a new", "file a same"}));
  EXPECT_EQ(told(difference({one}, {one, one})), (Texts{"file a grown"}));
}

TEST(DumpDiff, RowsThatHoldNothingAreNoStacks) {
  EXPECT_TRUE(difference({dump({})}, {dump({held(Kind::heap, "freed", 0, 0)})}).stacks.empty());
}

TEST(DumpDiff, GrowthPerIteration) {
  const auto grown = [](Amount before, Amount after) {
    StackChange change;
    change.before = before;
    change.after = after;
    return change;
  };
  EXPECT_EQ(per_iteration(grown({1, 0}, {21, 0}), 10), 2);
  EXPECT_EQ(per_iteration(grown({0, 0}, {9, 9000}), 10), 0);
  EXPECT_EQ(per_iteration(grown({1, 100}, {1, 600}), 100), 5);  // one block that grows
  EXPECT_EQ(per_iteration(grown({1, 100}, {1, 150}), 100), 0);
  EXPECT_EQ(per_iteration(grown({50, 0}, {0, 0}), 10), 0);
  EXPECT_EQ(per_iteration(grown({0, 0}, {50, 0}), 0), 0);
}

struct Expected {
  const char* words;
  bool fresh, grown, shrunk, gone;
};

TEST(ChangeRules, WordsMeanWhatTheySay) {
  const auto changed = [](Change kind) {
    StackChange change;
    change.key.kind = Kind::socket;
    change.change = kind;
    return change;
  };
  for (const Expected& row : {Expected{"new", true, false, false, false},
                              Expected{"grown", true, true, false, false},
                              Expected{"shrunk", false, false, true, false},
                              Expected{"gone", false, false, false, true},
                              Expected{"grown:fd", true, true, false, false},
                              Expected{"new:socket", true, false, false, false},
                              Expected{"grown:heap", false, false, false, false}}) {
    const auto rule = change_rule(row.words);
    ASSERT_TRUE(rule) << row.words;
    EXPECT_EQ(matches(changed(Change::fresh), {*rule}, 0), row.fresh) << row.words;
    EXPECT_EQ(matches(changed(Change::grown), {*rule}, 0), row.grown) << row.words;
    EXPECT_EQ(matches(changed(Change::shrunk), {*rule}, 0), row.shrunk) << row.words;
    EXPECT_EQ(matches(changed(Change::gone), {*rule}, 0), row.gone) << row.words;
    EXPECT_FALSE(matches(changed(Change::same), {*rule}, 0)) << row.words;
  }
  EXPECT_FALSE(matches(changed(Change::fresh), {}, 0));
}

TEST(ChangeRules, WhatHappensOnceDoesNotFailInALoop) {
  StackChange change;
  change.key.kind = Kind::socket;
  change.change = Change::grown;
  change.before = {1, 0};
  change.after = {4, 0};
  const std::vector<ChangeRule> rules{*change_rule("grown")};
  EXPECT_TRUE(matches(change, rules, 0));
  EXPECT_TRUE(matches(change, rules, 3));
  EXPECT_FALSE(matches(change, rules, 4));
}

TEST(ChangeRules, OtherWordsAreRefused) {
  for (const char* text : {"", "same", "more", "new:", "grown:fds", ":fd", "new:fd:fd", "new fd"})
    EXPECT_FALSE(change_rule(text)) << text;
}

}  // namespace
}  // namespace leakhook::verdict
