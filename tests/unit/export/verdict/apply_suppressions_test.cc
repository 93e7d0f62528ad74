// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "../../../../export/verdict/cases.h"
#include "../../../../export/verdict/policy_parser.h"
#include "../../../../export/verdict/suppressions.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

struct Outcome {
  std::vector<std::string> suppressed;  ///< innermost functions
  std::vector<SuppressionUse> uses;
};

Outcome apply(const char* rules_text, std::vector<Holding> holdings) {
  std::vector<Suppression> rules;
  EXPECT_EQ(parse_suppressions(rules_text, "s", &rules), "");
  const std::vector<Dump> dumps = {dump_of(std::move(holdings))};
  std::vector<Case> cases = cases_of(dumps, default_policy());
  Outcome outcome;
  outcome.uses = apply_suppressions(cases, rules);
  for (const Case& one : cases)
    if (one.finding.decision == Decision::suppressed) outcome.suppressed.push_back(one.names[0]);
  return outcome;
}

using Names = std::vector<std::string>;

TEST(ApplySuppressions, TheInnermostFrameDecidesWhichRuleWasUsed) {
  const Outcome outcome =
      apply("leak:outer\nleak:inner\nfd:inner\nleak:idle",
            {heap(Word::definite, {"inner", "outer"}, 2, 30), heap(Word::possible, {"outer"}, 1, 5),
             open(Kind::file, {"inner"})});
  EXPECT_EQ(outcome.suppressed.size(), 3u);
  EXPECT_EQ(outcome.uses[0].count, 1);
  EXPECT_EQ(outcome.uses[1].count, 2);
  EXPECT_EQ(outcome.uses[1].bytes, 30);
  EXPECT_EQ(outcome.uses[2].count, 1);
  EXPECT_EQ(outcome.uses[3].count, 0);
}

TEST(ApplySuppressions, WhatHangsBelowASuppressedRootGoesWithIt) {
  EXPECT_EQ(apply("leak:^root$", {heap(Word::definite, {"root"}, 1, 8, 1),
                                  heap(Word::indirect, {"child"}, 1, 8, 1),
                                  heap(Word::indirect, {"other_child"}, 1, 8, 2),
                                  heap(Word::definite, {"other_root"}, 1, 8, 2)})
                .suppressed,
            (Names{"child", "root"}));
  EXPECT_EQ(apply("leak:child", {heap(Word::definite, {"root"}, 1, 8, 1),
                                 heap(Word::indirect, {"child"}, 1, 8, 1)})
                .suppressed,
            Names{"child"});
}

TEST(ApplySuppressions, ARootWithADefiniteBlockThatIsNotSuppressedKeepsItsChildren) {
  EXPECT_EQ(apply("leak:^root$", {heap(Word::definite, {"root"}, 1, 8, 1),
                                  heap(Word::definite, {"second"}, 1, 8, 1),
                                  heap(Word::indirect, {"child"}, 1, 8, 1)})
                .suppressed,
            Names{"root"});
}

TEST(ApplySuppressions, WhatIsNotJudgedUsesNoRule) {
  const Outcome outcome =
      apply("leak:f\nmapping:f", {heap(Word::reachable, {"f"}, 1, 8), open(Kind::mapping, {"f"})});
  EXPECT_TRUE(outcome.suppressed.empty());
  EXPECT_EQ(outcome.uses[0].count + outcome.uses[1].count, 0);
}

}  // namespace
}  // namespace leakhook::verdict
