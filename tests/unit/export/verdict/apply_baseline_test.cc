// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "../../../../export/verdict/cases.h"
#include "../../../../export/verdict/policy_parser.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

/// "fails 2 16" for each case, the largest first.
std::vector<std::string> after(std::vector<BaselineEntry> baseline, std::vector<Holding> holdings,
                               std::vector<BaselineEntry>* gone = nullptr) {
  const std::vector<Dump> dumps = {dump_of(std::move(holdings))};
  std::vector<Case> cases = cases_of(dumps, default_policy());
  const std::vector<BaselineEntry> left = apply_baseline(cases, baseline);
  if (gone) *gone = left;
  std::vector<std::string> lines;
  for (const Case& one : cases)
    lines.push_back(std::string(text_of(one.finding.decision)) + " " +
                    std::to_string(one.finding.new_count) + " " +
                    std::to_string(one.finding.new_bytes));
  return lines;
}

using Lines = std::vector<std::string>;

Holding lost(std::int64_t count, std::int64_t bytes) {
  return heap(Word::definite, {"f"}, count, bytes);
}

TEST(ApplyBaseline, OnlyWhatIsNewOrGrownFails) {
  EXPECT_EQ(after({}, {lost(2, 20)}), Lines{"fails 2 20"});
  EXPECT_EQ(after({{"heap/lost", {"f"}, 2, 20}}, {lost(2, 20)}), Lines{"in baseline 0 0"});
  EXPECT_EQ(after({{"heap/lost", {"f"}, 9, 90}}, {lost(2, 20)}), Lines{"in baseline 0 0"});
  EXPECT_EQ(after({{"heap/lost", {"f"}, 1, 20}}, {lost(2, 20)}), Lines{"fails 1 0"});
  EXPECT_EQ(after({{"heap/lost", {"f"}, 2, 15}}, {lost(2, 20)}), Lines{"fails 0 5"});
  EXPECT_EQ(after({{"heap/lost", {"g"}, 2, 20}}, {lost(2, 20)}), Lines{"fails 2 20"});
  EXPECT_EQ(after({{"heap/possible", {"f"}, 2, 20}}, {lost(2, 20)}), Lines{"fails 2 20"});
}

TEST(ApplyBaseline, ChanceMayMakeADefiniteBlockOfARingIndirect) {
  EXPECT_EQ(after({{"heap/lost", {"f"}, 2, 20}}, {heap(Word::indirect, {"f"}, 2, 20)}),
            Lines{"in baseline 0 0"});
}

TEST(ApplyBaseline, HoldingsOfOneStackAreComparedTogetherAndTheLargestIsNew) {
  Holding other = lost(3, 30);
  other.thread = "worker";
  EXPECT_EQ(after({{"heap/lost", {"f"}, 4, 50}}, {lost(2, 20), other}),
            (Lines{"fails 1 0", "in baseline 0 0"}));
  EXPECT_EQ(after({{"heap/lost", {"f"}, 1, 10}}, {lost(2, 20), other}),
            (Lines{"fails 3 30", "fails 1 10"}));
}

TEST(ApplyBaseline, EntriesThatNothingMatchesAreGone) {
  std::vector<BaselineEntry> gone;
  after({{"heap/lost", {"f"}, 1, 1}, {"file", {"f"}, 1, 0}, {"library", {"l"}, 1, 0}},
        {lost(1, 1), open(Kind::library, {"l"})}, &gone);
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].kind, "file");
}

}  // namespace
}  // namespace leakhook::verdict
