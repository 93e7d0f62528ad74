// SPDX-License-Identifier: Apache-2.0
// Misuse is told and fails nobody, unless somebody asks for it; it never counts as a leak.
#include "../../../../export/verdict/judge_misuses.h"

#include <gtest/gtest.h>

#include "../../../../export/verdict/policy_parser.h"
#include "../../../../export/verdict/suppressions.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

Misuse misuse_in(const std::string& function, MisuseKind kind = MisuseKind::double_close) {
  Misuse misuse;
  misuse.misuse = kind;
  misuse.count = 2;
  misuse.stack = stack_of({function, "main"});
  misuse.closed = stack_of({"closes_first", "main"});
  return misuse;
}

Dump dump_with(std::vector<Misuse> misuses) {
  Dump dump = dump_of({});
  dump.misuses = std::move(misuses);
  return dump;
}

Policy policy_with(const char* fail_on, const char* suppressions = "") {
  Policy policy = default_policy();
  EXPECT_EQ(parse_fail_on(fail_on, &policy.fail_on), "");
  EXPECT_EQ(parse_suppressions(suppressions, "s", &policy.suppressions), "");
  return policy;
}

Verdict judged(const Policy& policy) { return judge({dump_with({misuse_in("again")})}, policy); }

TEST(JudgeMisuses, IsShownAndDoesNotFailByDefault) {
  const Verdict verdict = judged(default_policy());
  ASSERT_EQ(verdict.misuses.size(), 1u);
  EXPECT_EQ(verdict.misuses[0].decision, Decision::shown);
  EXPECT_FALSE(verdict.has_leaks);
  EXPECT_TRUE(verdict.findings.empty());
}

TEST(JudgeMisuses, FailsWhenAskedForAndIsNoLeakInTheSummary) {
  const Verdict verdict = judged(policy_with("misuse"));
  EXPECT_EQ(verdict.misuses.at(0).decision, Decision::fails);
  EXPECT_TRUE(verdict.has_leaks);
  EXPECT_EQ(summary_line(verdict), summary_line(Totals{}));
}

TEST(JudgeMisuses, ARuleForMisuseEndsItAndIsUsed) {
  for (const char* fail_on : {"misuse", "default"}) {
    const Verdict verdict = judged(policy_with(fail_on, "misuse:^again$"));
    EXPECT_EQ(verdict.misuses.at(0).decision, Decision::suppressed);
    EXPECT_EQ(verdict.misuses.at(0).reason, "misuse:^again$ (s:1)");
    EXPECT_EQ(verdict.uses.back().count, 2);
    EXPECT_FALSE(verdict.has_leaks);
    EXPECT_TRUE(verdict.remarks.empty());
  }
}

TEST(JudgeMisuses, RulesForOtherThingsAndOtherStacksDoNot) {
  for (const char* rule : {"leak:again", "fd:again", "misuse:closes_first", "misuse:other"}) {
    const Verdict verdict = judged(policy_with("misuse", rule));
    EXPECT_EQ(verdict.misuses.at(0).decision, Decision::fails) << rule;
    EXPECT_EQ(verdict.uses.back().count, 0) << rule;
    EXPECT_EQ(verdict.remarks.size(), 1u) << rule;
  }
}

TEST(JudgeMisuses, ARuleForMisuseEndsNoLeak) {
  Dump dump = dump_of({open(Kind::socket, {"again", "main"})});
  EXPECT_TRUE(judge({dump}, policy_with("default", "misuse:again")).has_leaks);
}

TEST(JudgeMisuses, OfThirdPartiesIsShownWhenOnlyOwnCodeFails) {
  Policy policy = policy_with("misuse");
  policy.fail_on_own_only = true;
  policy.own = {"elsewhere/**"};
  EXPECT_EQ(judged(policy).misuses.at(0).decision, Decision::shown);
  EXPECT_NE(judged(policy).misuses.at(0).reason.find("third party"), std::string::npos);
  policy.own = {"src/**"};
  EXPECT_EQ(judged(policy).misuses.at(0).decision, Decision::fails);
}

TEST(JudgeMisuses, WhatCarriesNoMarkDoesNotFailWhereAMarkIsAskedFor) {
  Policy policy = policy_with("misuse");
  policy.mark = "Test.One";
  EXPECT_EQ(judged(policy).misuses.at(0).decision, Decision::shown);
}

TEST(JudgeMisuses, TheFingerprintTellsKindAndPlaceApartAndNotProcesses) {
  const Verdict verdict = judge({dump_with({misuse_in("again"), misuse_in("other"),
                                            misuse_in("again", MisuseKind::foreign_close)}),
                                 dump_with({misuse_in("again")})},
                                default_policy());
  ASSERT_EQ(verdict.misuses.size(), 4u);
  EXPECT_EQ(verdict.misuses[0].fingerprint, verdict.misuses[3].fingerprint);
  EXPECT_NE(verdict.misuses[0].fingerprint, verdict.misuses[1].fingerprint);
  EXPECT_NE(verdict.misuses[0].fingerprint, verdict.misuses[2].fingerprint);
}

TEST(JudgeMisuses, WhatFailsStandsBeforeWhatIsSuppressed) {
  const Verdict verdict = judge({dump_with({misuse_in("again"), misuse_in("other")})},
                                policy_with("misuse", "misuse:again"));
  ASSERT_EQ(verdict.misuses.size(), 2u);
  EXPECT_EQ(verdict.misuses[0].misuse, 1u);
  EXPECT_EQ(verdict.misuses[1].decision, Decision::suppressed);
}

TEST(JudgeMisuses, WithoutAJudgementAllIsShown) {
  const Verdict verdict = unjudged({dump_with({misuse_in("again")})});
  EXPECT_EQ(verdict.misuses.at(0).decision, Decision::shown);
  EXPECT_FALSE(verdict.has_leaks);
}

}  // namespace
}  // namespace leakhook::verdict
