// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "../../../../export/verdict/cases.h"
#include "../../../../export/verdict/policy_parser.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

using Names = std::vector<std::string>;

/// The innermost functions of what still fails.
Names failing(const std::vector<Case>& cases) {
  Names names;
  for (const Case& one : cases)
    if (one.fails()) names.push_back(one.names[0]);
  return names;
}

Names with_least(std::int64_t least, std::vector<Holding> holdings) {
  const std::vector<Dump> dumps = {dump_of(std::move(holdings))};
  std::vector<Case> cases = cases_of(dumps, default_policy());
  apply_least_bytes(cases, least);
  return failing(cases);
}

Names with_allowed(const char* allow, const std::vector<Dump>& dumps, const char* fail_on = "all") {
  Policy policy;
  EXPECT_EQ(parse_fail_on(fail_on, &policy.fail_on), "");
  EXPECT_EQ(parse_allow(allow, &policy.allowances), "");
  std::vector<Case> cases = cases_of(dumps, policy);
  apply_allowances(cases, policy.allowances);
  return failing(cases);
}

TEST(ApplyThresholds, AStackWithFewerBytesStays) {
  Holding other = heap(Word::definite, {"two"}, 1, 60);
  other.thread = "b";
  const std::vector<Holding> holdings = {heap(Word::definite, {"one"}, 1, 99),
                                         heap(Word::definite, {"two"}, 1, 40), other};
  EXPECT_EQ(with_least(100, holdings), (Names{"two", "two"}));
  EXPECT_EQ(with_least(99, holdings).size(), 3u);
  EXPECT_EQ(with_least(0, holdings).size(), 3u);
}

TEST(ApplyThresholds, ARootCauseHoldsWhatHangsBelowIt) {
  EXPECT_EQ(with_least(100, {heap(Word::definite, {"root"}, 1, 8, 1),
                             heap(Word::indirect, {"child"}, 1, 92, 1),
                             heap(Word::definite, {"small"}, 1, 8, 2)}),
            (Names{"child", "root"}));
}

TEST(ApplyThresholds, WhatHasNoBytesIsNotMeasuredByThem) {
  EXPECT_EQ(with_least(100, {open(Kind::file, {"f"})}), Names{"f"});
}

TEST(ApplyThresholds, SoManyMayStayInEachProcess) {
  const std::vector<Dump> dumps = {
      dump_of({open(Kind::file, {"a"}, 2)}),
      dump_of({open(Kind::file, {"b"}), open(Kind::socket, {"c"}, 2)})};
  EXPECT_EQ(with_allowed("fd<=3", dumps), Names{});
  EXPECT_EQ(with_allowed("fd<=2", dumps), (Names{"b", "c"}));
  EXPECT_EQ(with_allowed("socket<=2", dumps), (Names{"a", "b"}));
  EXPECT_EQ(with_allowed("timer<=2", dumps), (Names{"a", "b", "c"}));
}

TEST(ApplyThresholds, WhatOneAllowanceFreesDoesNotCountAgainstAnotherInEitherOrder) {
  const std::vector<Dump> dumps = {
      dump_of({open(Kind::file, {"f"}, 2), open(Kind::socket, {"s"})})};
  EXPECT_EQ(with_allowed("fd<=2,socket<=1", dumps), Names{});
  EXPECT_EQ(with_allowed("socket<=1,fd<=2", dumps), Names{});
  EXPECT_EQ(with_allowed("socket<=1,fd<=1", dumps), Names{"f"});
}

TEST(ApplyThresholds, BytesAndWordsOfTheHeap) {
  const std::vector<Dump> dumps = {
      dump_of({heap(Word::definite, {"d"}, 3, 600), heap(Word::possible, {"p"}, 2, 500)})};
  EXPECT_EQ(with_allowed("heap.bytes<=1KiB", dumps), (Names{"d", "p"}));
  EXPECT_EQ(with_allowed("heap.bytes<=1100", dumps), Names{});
  EXPECT_EQ(with_allowed("heap<=5", dumps), Names{});
  EXPECT_EQ(with_allowed("heap<=4", dumps), (Names{"d", "p"}));
  EXPECT_EQ(with_allowed("possible<=2", dumps), Names{"d"});
  EXPECT_EQ(with_allowed("possible.bytes<=499", dumps), (Names{"d", "p"}));
  EXPECT_EQ(with_allowed("heap<=1", {dump_of({heap(Word::unknown, {"u"}, 1, 8)})}), Names{});
  EXPECT_EQ(with_allowed("possible<=1", {dump_of({heap(Word::unknown, {"u"}, 1, 8)})}), Names{"u"});
}

}  // namespace
}  // namespace leakhook::verdict
