// SPDX-License-Identifier: Apache-2.0
// Sums of foreign numbers stay numbers.
#include "../../../export/saturated_sum.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

TEST(SaturatedSum, StopsAtTheEndOfTheRange) {
  EXPECT_EQ(saturated_sum(1, 2), 3);
  EXPECT_EQ(saturated_sum(INT64_MAX - 1, 2), INT64_MAX);
}

}  // namespace
}  // namespace leakhook
