// SPDX-License-Identifier: Apache-2.0
// What becomes of numbers that somebody else wrote down? They stop at the end of their range.
#pragma once
#include <cstdint>

namespace leakhook {

/// Requires: neither is negative.
constexpr std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? INT64_MAX : result;
}

/// The nearest whole number. Requires: not negative. What is no number is the largest.
constexpr std::int64_t saturated_round(double value) {
  constexpr double kMost = 9.0e18;  // of the doubles below INT64_MAX a round one
  return value < kMost ? static_cast<std::int64_t>(value + 0.5) : static_cast<std::int64_t>(kMost);
}

}  // namespace leakhook
