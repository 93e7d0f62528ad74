// SPDX-License-Identifier: Apache-2.0
// Which number does a text begin with? What the kernel writes into /proc.
//
// Async-signal-safe. Both step over the digits that they read; none: 0. Longer numbers wrap.
#pragma once
#include <cstdint>

namespace leakhook {

inline std::uint64_t parse_hex(const char** at) {
  std::uint64_t value = 0;
  for (;; ++*at) {
    const char c = **at;
    if (c >= '0' && c <= '9')
      value = value << 4 | static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value << 4 | static_cast<unsigned>(c - 'a' + 10);
    else
      return value;
  }
}

inline std::uint64_t parse_decimal(const char** at) {
  std::uint64_t value = 0;
  for (; **at >= '0' && **at <= '9'; ++*at) value = value * 10 + static_cast<unsigned>(**at - '0');
  return value;
}

}  // namespace leakhook
