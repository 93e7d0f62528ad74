// SPDX-License-Identifier: Apache-2.0
// A piece of the address space.
#pragma once
#include <cstdint>

namespace leakhook {

/// From `start` up to `end`, which is no part of it.
struct Range {
  std::uint64_t start;
  std::uint64_t end;
  constexpr bool has(std::uint64_t address) const { return start <= address && address < end; }
  constexpr std::uint64_t size() const { return end - start; }
};

}  // namespace leakhook
