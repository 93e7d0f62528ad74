// SPDX-License-Identifier: Apache-2.0
// What is the sum of numbers that somebody else wrote down? It stops at the end of its range.
#pragma once
#include <cstdint>

namespace leakhook {

/// Requires: neither is negative.
constexpr std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_add_overflow(a, b, &result) ? INT64_MAX : result;
}

}  // namespace leakhook
