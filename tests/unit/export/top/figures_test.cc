// SPDX-License-Identifier: Apache-2.0
// Numbers stay within their columns and true, texts are cut between characters.
#include "../../../../export/top/figures.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace leakhook::top {
namespace {

TEST(Figures, Counts) {
  EXPECT_EQ(count_figure(0), "0");
  EXPECT_EQ(count_figure(99999), "99999");
  EXPECT_EQ(count_figure(100000), "100k");
  EXPECT_EQ(count_figure(999499), "999k");
  EXPECT_EQ(count_figure(999500), "1.0M");
  EXPECT_EQ(count_figure(1234567), "1.2M");
  EXPECT_EQ(count_figure(99'960'000), "100M");
}

TEST(Figures, Bytes) {
  EXPECT_EQ(bytes_figure(9999), "9999");
  EXPECT_EQ(bytes_figure(10240), "10.0K");
  EXPECT_EQ(bytes_figure(1 << 20), "1.0M");
  EXPECT_EQ(bytes_figure(std::int64_t{5} << 40), "5.0T");
}

TEST(Figures, GrowthHasASignAndNothingIsNothing) {
  EXPECT_EQ(count_growth(3), "+3");
  EXPECT_EQ(count_growth(-3), "-3");
  EXPECT_EQ(count_growth(0), "");
  EXPECT_EQ(bytes_growth(-20480), "-20.0K");
  EXPECT_EQ(rate_figure(0), "");
  EXPECT_EQ(rate_figure(0.25), "+0.2");
  EXPECT_EQ(rate_figure(-12.34), "-12.3");
  EXPECT_EQ(rate_figure(1500.2), "+1500");
}

TEST(Figures, AllFitTheirColumn) {
  for (const std::int64_t number : {INT64_MAX, INT64_MIN, std::int64_t{99'999'499}, std::int64_t{-99'999},
                                    std::int64_t{999'949'999}}) {
    EXPECT_LE(count_growth(number).size(), 6u) << number;
    EXPECT_LE(bytes_growth(number).size(), 6u) << number;
    EXPECT_LE(rate_figure(static_cast<double>(number)).size(), 6u) << number;
  }
}

TEST(Figures, TextsAreCutBetweenCharacters) {
  EXPECT_EQ(fitted("h\xc3\xa4user", 2), "h\xc3\xa4");
  EXPECT_EQ(fitted("h\xc3\xa4", 4), "h\xc3\xa4  ");
  EXPECT_EQ(fitted("abc", 3), "abc");
  EXPECT_EQ(fitted("abc", 0), "");
  EXPECT_EQ(right_aligned("\xc3\xa4", 3), "  \xc3\xa4");
  EXPECT_EQ(right_aligned("abcd", 3), "abcd");
}

}  // namespace
}  // namespace leakhook::top
