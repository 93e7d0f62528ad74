// SPDX-License-Identifier: Apache-2.0
// What is written for suppression silences what it was written for, and nothing else.
#include "../../../../export/verdict/suppression_list.h"

#include <gtest/gtest.h>

#include "../../../../export/verdict/policy_parser.h"
#include "../../../../export/verdict/suppressions.h"
#include "../holdings.h"

namespace leakhook::verdict {
namespace {

using testing::dump_at;
using testing::held;

Holding lost(const std::string& function, Word word, std::int64_t leak = 0) {
  Holding holding = held(Kind::heap, function, 2, 20);
  holding.word = word;
  holding.leak = leak;
  return holding;
}

Dump dump_of(std::vector<Holding> holdings) {
  Dump dump = dump_at(0, std::move(holdings));
  dump.is_reach_known = true;
  return dump;
}

std::vector<Holding> leaks() {
  return {lost("loses", Word::definite, 1), lost("below", Word::indirect, 1),
          lost("maybe", Word::possible),    held(Kind::eventfd, "forgets", 3),
          lost("keeps", Word::reachable),   held(Kind::mapping, "maps", 1, 4096)};
}

std::string list_for(std::vector<Holding> holdings) {
  return suppression_list(judge({dump_of(std::move(holdings))}, default_policy()));
}

TEST(SuppressionList, RulesAreSortedEachOnceAndExplained) {
  auto twice = leaks();
  for (const Holding& holding : leaks()) twice.push_back(holding);
  twice.back().thread = "another";
  EXPECT_EQ(list_for(twice),
            "# eventfd: 6, at src/a.c:1\n"
            "eventfd:^forgets$\n"
            "# heap/definite: 4 (40 bytes), at src/a.c:1\n"
            "leak:^loses$\n"
            "# heap/possible: 4 (40 bytes), at src/a.c:1\n"
            "leak:^maybe$\n");
}

TEST(SuppressionList, FedBackItSilencesAllOfThatAndNoMore) {
  Policy policy = default_policy();
  ASSERT_EQ(parse_suppressions(list_for(leaks()), "rules", &policy.suppressions), "");
  auto later = leaks();
  later.push_back(lost("new_leak", Word::definite, 2));
  later.push_back(held(Kind::timer, "forgets", 1));
  const Verdict verdict = judge({dump_of(later)}, policy);
  for (const Finding& finding : verdict.findings) {
    const Holding& holding = verdict.dumps[0].holdings[finding.holding];
    const std::string& function = holding.stack[0].function;
    const bool is_new = function == "new_leak" || holding.kind == Kind::timer;
    const bool was_told = !is_new && function != "keeps" && function != "maps";
    EXPECT_EQ(finding.decision == Decision::suppressed, was_told) << function;
    EXPECT_EQ(finding.decision == Decision::fails, is_new) << function;
  }
  for (const SuppressionUse& use : verdict.uses) {
    const Suppression& rule = policy.suppressions[use.suppression];
    EXPECT_TRUE(use.count > 0 || is_built_in(rule)) << rule.text;
  }
}

TEST(SuppressionList, MisuseHasARuleWhenItWouldFail) {
  Dump dump = dump_of({});
  dump.misuses.push_back({MisuseKind::double_close,
                          Kind::file,
                          2,
                          -1,
                          "",
                          held(Kind::file, "again", 1).stack,
                          {},
                          {}});
  Policy policy = default_policy();
  EXPECT_EQ(suppression_list(judge({dump}, policy)), "");
  EXPECT_EQ(parse_fail_on("misuse", &policy.fail_on), "");
  const std::string list = suppression_list(judge({dump}, policy));
  EXPECT_NE(list.find("misuse/double_close: 2"), std::string::npos) << list;
  EXPECT_NE(list.find("\nmisuse:"), std::string::npos) << list;
  EXPECT_EQ(parse_suppressions(list, "s", &policy.suppressions), "");
  EXPECT_FALSE(judge({dump}, policy).has_leaks);
}

TEST(SuppressionList, NothingToTellIsNoRule) {
  EXPECT_EQ(list_for({}), "");
  EXPECT_EQ(list_for({lost("keeps", Word::reachable)}), "");
}

TEST(Unjudged, ShowsEverythingAndCallsNothingALeak) {
  auto holdings = leaks();
  holdings.push_back(held(Kind::file, "inherits", 1));
  holdings.back().origin = "inherited";
  const Verdict verdict = unjudged({dump_of(holdings)});
  EXPECT_EQ(verdict.findings.size(), holdings.size());
  for (const Finding& finding : verdict.findings) EXPECT_EQ(finding.decision, Decision::shown);
  EXPECT_FALSE(verdict.has_leaks);
  EXPECT_FALSE(verdict.is_judged);
  EXPECT_EQ(verdict.undecided, "");
  EXPECT_EQ(summary_line(verdict),
            "SUMMARY: leakhook: 80 byte(s) held in 8 allocation(s), 3 fd(s), 0 thread(s), "
            "0 timer(s), 1 other(s)");
}

}  // namespace
}  // namespace leakhook::verdict
