// SPDX-License-Identifier: Apache-2.0
// Sums of foreign numbers stay numbers.
#include "../../../export/saturated.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

TEST(SaturatedSum, StopsAtTheEndOfTheRange) {
  EXPECT_EQ(saturated_sum(1, 2), 3);
  EXPECT_EQ(saturated_sum(INT64_MAX - 1, 2), INT64_MAX);
}

TEST(SaturatedRound, GoesToTheNearest) {
  EXPECT_EQ(saturated_round(0), 0);
  EXPECT_EQ(saturated_round(2.4), 2);
  EXPECT_EQ(saturated_round(2.6), 3);
}

TEST(SaturatedRound, StopsAtTheEndOfTheRange) {
  const std::int64_t most = saturated_round(9.1e18);
  EXPECT_GE(most, 9'000'000'000'000'000'000);
  EXPECT_EQ(saturated_round(2.1e19), most);
  EXPECT_EQ(saturated_round(1e308 * 10), most);
  EXPECT_EQ(saturated_round(0.0 * (1e308 * 10)), most) << "no number";
}

}  // namespace
}  // namespace leakhook
