// SPDX-License-Identifier: Apache-2.0
// How are millions of numbers put in order? Byte by byte, lowest first, without comparing; bytes in
// which all agree cost nothing. Stable.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace leakhook {

/// `key_of(item)`: an unsigned 64-bit number.
template <class T, class KeyOf>
void radix_sort(std::vector<T>* items, KeyOf key_of) {
  constexpr int kBytes = 8;
  std::array<std::array<std::size_t, 256>, kBytes> starts{};
  for (const T& item : *items) {
    const std::uint64_t key = key_of(item);
    for (int byte = 0; byte < kBytes; ++byte) ++starts[byte][key >> (8 * byte) & 255];
  }
  std::vector<T> other(items->size());
  for (int byte = 0; byte < kBytes && !items->empty(); ++byte) {
    auto& start = starts[byte];
    if (start[key_of(items->front()) >> (8 * byte) & 255] == items->size()) continue;
    std::size_t sum = 0;
    for (std::size_t& at : start) {
      const std::size_t count = at;
      at = sum;
      sum += count;
    }
    for (const T& item : *items) other[start[key_of(item) >> (8 * byte) & 255]++] = item;
    items->swap(other);
  }
}

}  // namespace leakhook
