// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/baseline.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "../../../../export/verdict/policy_parser.h"
#include "../segment_builder.h"
#include "holdings.h"

namespace leakhook::verdict {
namespace {

const std::vector<BaselineEntry> kEntries = {{"socket", {"connect_peer", "main"}, 2, 0},
                                             {"heap/lost", {"operator new[]", "a", "main"}, 3, 120},
                                             {"heap/lost", {"a", "main"}, 1, 8}};
const char* const kText =
    "# leakhook baseline 1\n"
    "# Known leaks: class, most of them in one process, their bytes, stack.\n"
    "heap/lost 1 8 a <- main\n"
    "heap/lost 3 120 operator new[] <- a <- main\n"
    "socket 2 0 connect_peer <- main\n";

TEST(Baseline, IsSortedAndTheSameInWhateverOrderItsEntriesCome) {
  EXPECT_EQ(baseline_text(kEntries), kText);
  std::vector<BaselineEntry> turned(kEntries.rbegin(), kEntries.rend());
  EXPECT_EQ(baseline_text(turned), kText);
}

TEST(Baseline, WhatIsWrittenIsRead) {
  std::vector<BaselineEntry> entries;
  ASSERT_EQ(parse_baseline(kText, "b", &entries), "");
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[1].stack, kEntries[1].stack);
  EXPECT_EQ(entries[1].count, 3);
  EXPECT_EQ(entries[1].bytes, 120);
  EXPECT_EQ(baseline_text(entries), kText);
}

// With `merge=union` git keeps the lines of both sides.
TEST(Baseline, AUnionOfTwoBranchesAllowsTheMostOfEach) {
  std::vector<BaselineEntry> entries;
  ASSERT_EQ(
      parse_baseline("heap/lost 1 80 a\nheap/lost 3 8 a\n\n# x\nfile 1 0 b\r\n", "b", &entries),
      "");
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[1].count, 3);
  EXPECT_EQ(entries[1].bytes, 80);
  EXPECT_EQ(entries[0].stack, std::vector<std::string>{"b"});
}

TEST(Baseline, AnEmptyOneKnowsNoLeak) {
  std::vector<BaselineEntry> entries = kEntries;
  EXPECT_EQ(parse_baseline("", "b", &entries), "");
  EXPECT_TRUE(entries.empty());
}

TEST(Baseline, ALineThatCannotBeReadIsNamed) {
  std::vector<BaselineEntry> entries = kEntries;
  for (const char* bad :
       {"<<<<<<< HEAD", "heap 1 8 a", "heap/definite 1 8 a", "fd 1 0 a", "file x 0 a", "file 1 a",
        "file -1 0 a", "file 1 0", "file 1 0 ", "file  1 0 a", "file 99999999999999999999 0 a"}) {
    const std::string error =
        parse_baseline("# leakhook baseline 1\n" + std::string(bad) + "\n", "known.txt", &entries);
    EXPECT_TRUE(error.starts_with("known.txt:2: '" + std::string(bad).substr(0, 6))) << error;
    EXPECT_NE(error.find("expected CLASS COUNT BYTES FUNCTION"), std::string::npos);
  }
  EXPECT_EQ(parse_baseline("# leakhook baseline 2\n", "b", &entries),
            "b:1: expected '# leakhook baseline 1': a newer leakhook has written this file");
  EXPECT_EQ(entries.size(), kEntries.size());
}

TEST(Baseline, AFileIsReplacedAsAWhole) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/baseline";
  ASSERT_EQ(write_baseline(path, {kEntries[0]}), "");
  ASSERT_EQ(write_baseline(path, kEntries), "");
  std::vector<BaselineEntry> entries;
  ASSERT_EQ(read_baseline(path, &entries), "");
  EXPECT_EQ(baseline_text(entries), kText);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);

  EXPECT_NE(read_baseline(folder.path() + "/none", &entries).find("cannot be opened"),
            std::string::npos);
  EXPECT_NE(read_baseline(folder.path(), &entries).find("cannot be read"), std::string::npos);
  EXPECT_NE(write_baseline(folder.path() + "/no/such/folder", kEntries).find("cannot be written"),
            std::string::npos);
}

TEST(Baseline, OfAVerdictHoldsWhatFailsAndOfSeveralProcessesTheLargest) {
  const Verdict verdict =
      judge({dump_of({heap(Word::definite, {"a"}, 2, 10), heap(Word::indirect, {"a"}, 3, 20),
                      heap(Word::possible, {"p"}, 1, 1), open(Kind::mapping, {"m"})}),
             dump_of({heap(Word::definite, {"a"}, 4, 7), open(Kind::file, {"f"})})},
            default_policy());
  EXPECT_EQ(baseline_text(baseline_of(verdict)),
            baseline_text({{"heap/lost", {"a"}, 5, 30}, {"file", {"f"}, 1, 0}}));
}

}  // namespace
}  // namespace leakhook::verdict
