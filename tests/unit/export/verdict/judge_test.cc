// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "../../../../export/verdict/baseline.h"
#include "../../../../export/verdict/policy_parser.h"
#include "../../../../export/verdict/suppressions.h"
#include "../../../../export/verdict/verdict.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

const Holding& holding_of(const Verdict& verdict, const Finding& finding) {
  return verdict.dumps[finding.dump].holdings[finding.holding];
}

/// "definite leak_me fails 3 24", in the order of the report.
std::vector<std::string> lines_of(const Verdict& verdict) {
  std::vector<std::string> lines;
  for (const Finding& finding : verdict.findings) {
    const Holding& holding = holding_of(verdict, finding);
    lines.push_back(std::string(holding.kind == Kind::heap ? text_of(holding.word)
                                                           : row_of(holding.kind).label) +
                    " " + (holding.stack.empty() ? "-" : holding.stack[0].function) + " " +
                    text_of(finding.decision) + " " + std::to_string(finding.new_count) + " " +
                    std::to_string(finding.new_bytes));
  }
  return lines;
}

Policy policy_with(const char* suppressions, const char* allow = "timer<=0") {
  Policy policy = default_policy();
  EXPECT_EQ(parse_suppressions(suppressions, "s", &policy.suppressions), "");
  EXPECT_EQ(parse_allow(allow, &policy.allowances), "");
  return policy;
}

bool has_remark(const Verdict& verdict, const std::string& text) {
  return std::any_of(
      verdict.remarks.begin(), verdict.remarks.end(),
      [&](const std::string& remark) { return remark.find(text) != std::string::npos; });
}

TEST(Judge, ACleanProgramHasNoLeaks) {
  const Verdict verdict =
      judge({dump_of({heap(Word::reachable, {"cache"}, 9, 900), open(Kind::mapping, {"arena"}),
                      open(Kind::library, {"plugin"}), open(Kind::process, {"daemon"}),
                      thread("running")})},
            default_policy());
  EXPECT_FALSE(verdict.has_leaks);
  EXPECT_EQ(verdict.undecided, "");
  EXPECT_TRUE(verdict.remarks.empty());
  EXPECT_EQ(verdict.findings.size(), 5u);
  EXPECT_EQ(
      summary_line(verdict.totals),
      "SUMMARY: leakhook: 0 byte(s) leaked in 0 allocation(s), 0 fd(s), 0 thread(s), 0 timer(s)");
}

TEST(Judge, TotalsAreThoseOfWhatFails) {
  Policy policy = default_policy();
  ASSERT_EQ(parse_fail_on("default,mapping", &policy.fail_on), "");
  const Verdict verdict =
      judge({dump_of({heap(Word::definite, {"a"}, 2, 100), heap(Word::indirect, {"b"}, 1, 50),
                      heap(Word::possible, {"c"}, 7, 700), open(Kind::socket, {"d"}, 2),
                      open(Kind::pipe, {"d"}, 1), thread("ended"), open(Kind::timer, {"t"}, 4),
                      open(Kind::semaphore, {"s"}), open(Kind::mapping, {"m"})}),
             dump_of({heap(Word::definite, {"a"}, 1, 1)})},
            policy);
  EXPECT_TRUE(verdict.has_leaks);
  EXPECT_EQ(summary_line(verdict.totals),
            "SUMMARY: leakhook: 151 byte(s) leaked in 4 allocation(s), 3 fd(s), 1 thread(s), "
            "4 timer(s), 2 other(s)");
}

TEST(Judge, OneRootCauseStandsTogetherTheDefiniteFirstTheLargestCauseFirst) {
  const Verdict verdict =
      judge({dump_of({heap(Word::indirect, {"child"}, 10, 4000, 2),
                      heap(Word::definite, {"small"}, 1, 1000, 1), open(Kind::file, {"f"}),
                      heap(Word::possible, {"p"}, 1, 9999),
                      heap(Word::indirect, {"grandchild"}, 10, 5000, 2),
                      heap(Word::definite, {"root"}, 1, 8, 2)})},
            default_policy());
  EXPECT_EQ(lines_of(verdict), (std::vector<std::string>{
                                   "definite root fails 1 8", "indirect grandchild fails 10 5000",
                                   "indirect child fails 10 4000", "definite small fails 1 1000",
                                   "file f fails 1 0", "possible p shown 1 9999"}));
}

TEST(Judge, TheOrderOfHoldingsDoesNotMatter) {
  std::vector<Holding> holdings;
  for (int i = 0; i < 40; ++i) {
    const std::vector<std::string> stack = {"f" + std::to_string(i % 7), "main"};
    holdings.push_back(heap(static_cast<Word>(i % 5), stack, i % 3 + 1, i * 8 % 64 + 8, i % 4));
    holdings.back().thread = "worker " + std::to_string(i % 2);
    holdings.push_back(open(i % 2 ? Kind::socket : Kind::file, stack, i % 5));
  }
  Policy policy = policy_with("leak:^f3$\nsocket:f1", "file<=20,heap<=30");
  policy.baseline = {{"heap/lost", {"f0", "main"}, 4, 90}, {"socket", {"f4", "main"}, 3, 0}};
  policy.stack_min_bytes = 30;
  const auto described = [&](std::vector<Holding> order) {
    std::vector<std::string> lines;
    const Verdict verdict = judge({dump_of(std::move(order))}, policy);
    for (const Finding& finding : verdict.findings) {
      const Holding& holding = holding_of(verdict, finding);
      lines.push_back(lines_of(verdict)[lines.size()] + " " + finding.reason + finding.fingerprint +
                      holding.thread + std::to_string(holding.leak));
    }
    for (const SuppressionUse& use : verdict.uses) lines.push_back(std::to_string(use.bytes));
    return lines;
  };
  const std::vector<std::string> wanted = described(holdings);
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(holdings.begin(), holdings.end(), random);
    ASSERT_EQ(described(holdings), wanted);
  }
}

TEST(Judge, ABaselineMadeOfAVerdictMakesItPassAndOneBlockMoreFail) {
  std::mt19937 random(7);
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<Holding> holdings;
    for (int i = 0; i < 12; ++i) {
      const std::vector<std::string> stack = {"f" + std::to_string(pick(5)), "main"};
      holdings.push_back(
          i % 3 ? heap(i % 2 ? Word::definite : Word::indirect, stack, pick(9) + 1, pick(99) + 1)
                : open(Kind::eventfd, stack, pick(3) + 1));
    }
    const std::vector<Dump> dumps = {dump_of(holdings), dump_of({holdings[0], holdings[1]})};
    Policy policy = default_policy();
    std::vector<BaselineEntry> read;
    ASSERT_EQ(parse_baseline(baseline_text(baseline_of(judge(dumps, policy))), "b", &read), "");
    policy.baseline = read;
    const Verdict again = judge(dumps, policy);
    ASSERT_FALSE(again.has_leaks);
    EXPECT_TRUE(again.gone.empty());
    EXPECT_EQ(baseline_text(baseline_of(again)), baseline_text(read));

    std::vector<Dump> grown = dumps;
    Holding& more = grown[0].holdings[static_cast<std::size_t>(pick(12))];
    more.count += 1;
    const Verdict verdict = judge(grown, policy);
    ASSERT_TRUE(verdict.has_leaks);
    const Totals& totals = verdict.totals;
    EXPECT_EQ(totals.heap_blocks + totals.fds, 1);
  }
}

TEST(Judge, DecisionsComeInTheirOrder) {
  const auto decided = [](const Policy& policy) {
    const Verdict verdict = judge({dump_of({open(Kind::file, {"f"}, 2)})}, policy);
    return std::string(text_of(verdict.findings[0].decision)) + ": " + verdict.findings[0].reason;
  };
  Policy policy = default_policy();
  EXPECT_EQ(decided(policy), "fails: ");
  policy.own = {"other/**"};
  EXPECT_EQ(decided(policy), "fails: ");
  policy.fail_on_own_only = true;
  EXPECT_EQ(decided(policy), "shown: third party: /src/app/f.c:7");
  ASSERT_EQ(parse_allow("fd<=2", &policy.allowances), "");
  EXPECT_EQ(decided(policy), "allowed: allowed: fd<=2");
  policy.baseline = {{"file", {"f"}, 2, 0}};
  EXPECT_EQ(decided(policy), "in baseline: in the baseline");
  ASSERT_EQ(parse_suppressions("fd:f", "supp.txt", &policy.suppressions), "");
  EXPECT_EQ(decided(policy), "suppressed: fd:f (supp.txt:1)");
  ASSERT_EQ(parse_fail_on("timer", &policy.fail_on), "");
  EXPECT_EQ(decided(policy), "not judged: not asked for");
}

TEST(Judge, OwnershipIsToldAlsoWhereItDecidesNothing) {
  Policy policy = default_policy();
  policy.own = {"app/mine.c"};
  const Verdict verdict =
      judge({dump_of({open(Kind::file, {"mine"}, 2), open(Kind::file, {"theirs"})})}, policy);
  EXPECT_TRUE(verdict.findings[0].is_own);
  EXPECT_FALSE(verdict.findings[1].is_own);
  EXPECT_EQ(verdict.totals.fds, 3);
}

TEST(Judge, WhatGrowsWithEachIterationIsToldFromWhatHappensOnce) {
  Policy policy = default_policy();
  policy.loop = 100;
  Holding half = heap(Word::definite, {"each"}, 60, 600);
  half.thread = "a";
  const Verdict verdict = judge({dump_of({half, heap(Word::definite, {"each"}, 140, 1400),
                                          heap(Word::definite, {"once"}, 99, 100)})},
                                policy);
  ASSERT_EQ(verdict.findings.size(), 3u);
  EXPECT_DOUBLE_EQ(verdict.findings[0].per_iteration, 1.4);
  EXPECT_DOUBLE_EQ(verdict.findings[1].per_iteration, 0.6);
  EXPECT_DOUBLE_EQ(verdict.findings[2].per_iteration, 0);
  EXPECT_TRUE(verdict.has_leaks);
}

Dump unknown_dump() {
  Dump dump = dump_of({heap(Word::unknown, {"a"}, 1, 8)});
  dump.is_reach_known = false;
  dump.reach_remark = "unknown: no memory for a snapshot";
  return dump;
}

TEST(Judge, WithoutReachabilityOnlyAWordThatWasNamedIsMissed) {
  Policy policy = default_policy();
  Verdict verdict = judge({unknown_dump()}, policy);
  EXPECT_EQ(verdict.undecided, "");
  EXPECT_FALSE(verdict.has_leaks);
  EXPECT_EQ(verdict.findings[0].decision, Decision::shown);
  EXPECT_TRUE(has_remark(verdict, "service (42): reachability unknown: no memory for a snapshot"));

  ASSERT_EQ(parse_fail_on("definite", &policy.fail_on), "");
  EXPECT_EQ(judge({unknown_dump()}, policy).undecided,
            "service (42): --fail-on asks for definite, but reachability is unknown: no memory for "
            "a snapshot");
  // Nothing is asked where no block is left, or where each of them fails anyway.
  EXPECT_EQ(judge({dump_of({})}, policy).undecided, "");
  ASSERT_EQ(parse_suppressions("leak:a", "s", &policy.suppressions), "");
  EXPECT_EQ(judge({unknown_dump()}, policy).undecided, "");
  ASSERT_EQ(parse_fail_on("all", &policy.fail_on), "");
  policy.suppressions.clear();
  verdict = judge({unknown_dump()}, policy);
  EXPECT_EQ(verdict.undecided, "");
  EXPECT_TRUE(verdict.has_leaks);
}

TEST(Judge, RemarksNameLossesUnusedSuppressionsAndEstimates) {
  Policy policy = policy_with("leak:used\nleak:idle");
  policy.baseline = std::vector<BaselineEntry>();
  Dump dump = dump_of({heap(Word::definite, {"used"}, 1, 8)});
  dump.losses = {"3 stacks were cut short"};
  dump.sample_bytes = 512;
  const Verdict verdict = judge({dump}, policy);
  EXPECT_EQ(verdict.remarks.size(), 3u);
  EXPECT_TRUE(has_remark(verdict, "service (42): 3 stacks were cut short"));
  EXPECT_TRUE(has_remark(verdict, "unused suppression: leak:idle (s:2)"));
  EXPECT_TRUE(has_remark(verdict, "estimates"));
}

}  // namespace
}  // namespace leakhook::verdict
