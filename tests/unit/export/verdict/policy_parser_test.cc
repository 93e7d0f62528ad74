// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/policy_parser.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../../../../export/verdict/suppressions.h"

namespace leakhook::verdict {
namespace {

FailOn fail_on(const char* text) {
  FailOn parsed;
  EXPECT_EQ(parse_fail_on(text, &parsed), "") << text;
  return parsed;
}

bool has(const FailOn& fail_on, Kind kind) {
  return std::count(fail_on.kinds.begin(), fail_on.kinds.end(), kind) == 1;
}

TEST(PolicyParser, WithoutAnOptionLostBlocksAndWhatIsOpenFailButNotWhatProgramsKeepToTheirEnd) {
  const FailOn preset = default_fail_on();
  EXPECT_EQ(preset.words, (std::vector{Word::definite, Word::indirect}));
  for (const Kind kind : {Kind::file, Kind::socket, Kind::epoll, Kind::other_fd, Kind::timer,
                          Kind::thread, Kind::semaphore})
    EXPECT_TRUE(has(preset, kind)) << row_of(kind).label;
  for (const Kind kind : {Kind::mapping, Kind::library, Kind::process})
    EXPECT_FALSE(has(preset, kind)) << row_of(kind).label;
  EXPECT_FALSE(preset.needs_reach);
  EXPECT_FALSE(preset.running_threads);
  EXPECT_FALSE(preset.misuse);
  EXPECT_EQ(default_policy().fail_on.kinds, preset.kinds);
  const std::vector<Suppression> rules = default_policy().suppressions;
  EXPECT_FALSE(rules.empty());
  EXPECT_TRUE(std::all_of(rules.begin(), rules.end(), is_built_in));
}

TEST(PolicyParser, FailOnTakesKindsProfilesAndWords) {
  EXPECT_EQ(fail_on("socket").kinds, std::vector{Kind::socket});
  EXPECT_EQ(fail_on("other, pty").kinds, (std::vector{Kind::other_fd, Kind::pty}));
  EXPECT_TRUE(has(fail_on("fd"), Kind::inotify));
  EXPECT_FALSE(has(fail_on("fd"), Kind::timer));
  EXPECT_EQ(fail_on("handle").kinds, std::vector{Kind::semaphore});
  EXPECT_EQ(fail_on("heap").words, (std::vector{Word::definite, Word::indirect}));
  EXPECT_EQ(fail_on("possible,possible").words, std::vector{Word::possible});
  EXPECT_TRUE(fail_on("misuse").misuse);
  EXPECT_TRUE(fail_on("none").kinds.empty());
  EXPECT_TRUE(fail_on("none").words.empty());
}

TEST(PolicyParser, OpenMeansEveryOtherKindAndAllMeansAll) {
  const FailOn open = fail_on("open");
  EXPECT_EQ(open.kinds.size(), std::size(kKindRows) - 1);
  EXPECT_TRUE(open.words.empty());
  EXPECT_TRUE(open.running_threads);
  const FailOn all = fail_on("all");
  EXPECT_EQ(all.kinds.size(), std::size(kKindRows) - 1);
  EXPECT_EQ(all.words.size(), 4u);
  EXPECT_TRUE(all.misuse);
}

TEST(PolicyParser, DefaultCanBeAddedTo) {
  const FailOn more = fail_on("default,library");
  EXPECT_TRUE(has(more, Kind::library));
  EXPECT_TRUE(has(more, Kind::socket));
  EXPECT_FALSE(more.needs_reach);
  EXPECT_FALSE(more.running_threads);
}

TEST(PolicyParser, AWordThatIsNamedIsNeeded) {
  EXPECT_TRUE(fail_on("definite").needs_reach);
  EXPECT_TRUE(fail_on("heap").needs_reach);
  EXPECT_FALSE(fail_on("fd,thread").needs_reach);
  EXPECT_TRUE(fail_on("thread").running_threads);
}

TEST(PolicyParser, ABadFailOnNamesWhatIsKnownAndChangesNothing) {
  FailOn kept = fail_on("timer");
  for (const char* bad : {"sockets", "", "fd,", "none,fd", "unknown", "heap;fd"}) {
    const std::string error = parse_fail_on(bad, &kept);
    EXPECT_NE(error.find("expected definite, indirect"), std::string::npos) << bad << ": " << error;
    EXPECT_NE(error.find("heap, mapping, fd"), std::string::npos);
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
  EXPECT_EQ(kept.kinds, std::vector{Kind::timer});
}

TEST(PolicyParser, AllowTakesCountsAndBytes) {
  std::vector<Allowance> allowed;
  ASSERT_EQ(parse_allow("fd<=2", &allowed), "");
  ASSERT_EQ(parse_allow("heap.bytes <= 1KiB, possible<=3,mapping.bytes<=4096", &allowed), "");
  ASSERT_EQ(allowed.size(), 4u);
  EXPECT_EQ(allowed[0].text, "fd<=2");
  EXPECT_EQ(allowed[0].most, 2);
  EXPECT_EQ(allowed[0].kinds.size(), 13u);
  EXPECT_FALSE(allowed[0].counts_bytes);
  EXPECT_TRUE(allowed[1].counts_bytes);
  EXPECT_EQ(allowed[1].most, 1024);
  EXPECT_EQ(allowed[1].words.size(), 4u);
  EXPECT_TRUE(allowed[1].kinds.empty());
  EXPECT_EQ(allowed[2].words, std::vector{Word::possible});
  EXPECT_EQ(allowed[3].kinds, std::vector{Kind::mapping});
}

TEST(PolicyParser, ABadAllowSaysWhatWasExpectedAndAddsNothing) {
  std::vector<Allowance> allowed;
  EXPECT_EQ(parse_allow("fd<2x", &allowed), "--allow 'fd<2x': expected KIND<=NUMBER");
  EXPECT_EQ(parse_allow("fd<=2x", &allowed), "--allow 'fd<=2x': expected KIND<=NUMBER");
  EXPECT_EQ(parse_allow("fd<=-1", &allowed), "--allow 'fd<=-1': expected KIND<=NUMBER");
  EXPECT_EQ(parse_allow("", &allowed), "--allow '': expected KIND<=NUMBER");
  EXPECT_NE(parse_allow("files<=2", &allowed).find("expected a kind before '<='"),
            std::string::npos);
  EXPECT_EQ(parse_allow("fd.bytes<=2", &allowed),
            "--allow 'fd.bytes<=2': expected '.bytes' only of heap, its words and mapping");
  EXPECT_EQ(parse_allow("heap.bytes<=lots", &allowed),
            "--allow 'heap.bytes<=lots': expected a size such as 512 or 1KiB after '<='");
  EXPECT_NE(parse_allow("fd<=2,socket", &allowed), "");
  EXPECT_TRUE(allowed.empty());
}

TEST(PolicyParser, SizesHaveUnits) {
  EXPECT_EQ(size_of("0"), 0);
  EXPECT_EQ(size_of("512"), 512);
  EXPECT_EQ(size_of("512B"), 512);
  EXPECT_EQ(size_of("1K"), 1024);
  EXPECT_EQ(size_of("1.5 KiB"), 1536);
  EXPECT_EQ(size_of("2MB"), 2 << 20);
  EXPECT_EQ(size_of("1GiB"), 1 << 30);
  EXPECT_EQ(size_of(" 1T "), std::int64_t{1} << 40);
  for (const char* bad : {"", "KiB", "1X", "1KiBB", "-1", "1.2.3", "5000000T", "0x10", "1e3"})
    EXPECT_FALSE(size_of(bad)) << bad;
}

TEST(PolicyParser, BytesAndIterationsSayWhatWasExpected) {
  std::int64_t value = 7;
  EXPECT_EQ(parse_min_bytes("few", &value),
            "--min-bytes 'few': expected a size such as 512 or 1KiB");
  EXPECT_EQ(parse_loop("0", &value), "--loop '0': expected a number of iterations from 1");
  EXPECT_EQ(value, 7);
  EXPECT_EQ(parse_min_bytes("2KiB", &value), "");
  EXPECT_EQ(value, 2048);
  EXPECT_EQ(parse_loop("100", &value), "");
  EXPECT_EQ(value, 100);
}

}  // namespace
}  // namespace leakhook::verdict
