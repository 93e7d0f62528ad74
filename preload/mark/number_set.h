// SPDX-License-Identifier: Apache-2.0
// Which of the numbered blocks are in it, and the how manieth is one?
#pragma once
#include <bit>
#include <cstdint>

#include "../base/room.h"

namespace leakhook::mark {

class NumberSet {
 public:
  /// Empty, for numbers below `end`. False: no memory.
  bool take(std::uint64_t end) { return words_.take(end / 64 + 1); }

  void add(std::uint32_t number) { words_[number / 64] |= std::uint64_t{1} << number % 64; }
  bool has(std::uint32_t number) const { return (words_[number / 64] >> number % 64 & 1) != 0; }

  /// Of these `count` numbers. Requires: count > 0.
  bool has_any(std::uint32_t first, std::uint32_t count) const {
    const std::uint32_t last = first + count - 1;
    std::uint64_t mask = ~std::uint64_t{0} << first % 64;
    for (std::uint32_t word = first / 64; word < last / 64; ++word, mask = ~std::uint64_t{0})
      if (words_[word] & mask) return true;
    return (words_[last / 64] & mask & ~std::uint64_t{0} >> (63 - last % 64)) != 0;
  }

  /// Makes index_of() known and fixes the set. False: no memory.
  bool count_up() {
    if (!before_.take(words_.count())) return false;
    for (std::uint64_t word = 0; word < words_.count(); ++word) {
      before_[word] = count_;
      count_ += static_cast<std::uint32_t>(std::popcount(words_[word]));
    }
    return true;
  }
  std::uint32_t count() const { return count_; }
  /// How many smaller ones there are. Requires: count_up().
  std::uint32_t index_of(std::uint32_t number) const {
    const std::uint64_t smaller = words_[number / 64] & ((std::uint64_t{1} << number % 64) - 1);
    return before_[number / 64] + static_cast<std::uint32_t>(std::popcount(smaller));
  }

 private:
  Room<std::uint64_t> words_;
  Room<std::uint32_t> before_;
  std::uint32_t count_ = 0;
};

}  // namespace leakhook::mark
