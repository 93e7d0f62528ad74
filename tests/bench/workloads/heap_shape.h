// SPDX-License-Identifier: Apache-2.0
// What does the heap look like whose marking is measured? Sizes, and which block leads to which.
#pragma once
#include <cstdint>
#include <random>
#include <vector>

namespace bench {

inline constexpr std::uint64_t kFree = ~std::uint64_t{0};  // not a value that a word gets

struct Block {
  std::uint64_t* words;
  std::uint32_t size;
};

inline std::mt19937_64 g_random(1);
inline std::uint64_t below(std::uint64_t end) { return g_random() % end; }

/// 16 B to 34 KiB, 721 B on average.
inline std::uint32_t size_of_a() {
  const std::uint64_t choice = below(1000);
  if (choice < 900) return static_cast<std::uint32_t>(16 + below(497));
  if (choice < 985) return static_cast<std::uint32_t>(512 + below(3585));
  return static_cast<std::uint32_t>(4096 + below(61441) / 2);
}

/// Some block of the first `end`, most often one near the last of them.
inline std::uint64_t some_block(std::uint64_t end) {
  return below(4) == 0 ? below(end) : end - 1 - below(end < 10'000 ? end : 10'000);
}

inline void lead_to(const std::vector<Block>& blocks, std::uint64_t child) {
  for (;;) {
    const Block& parent = blocks[some_block(child)];
    std::uint64_t& word = parent.words[below(parent.size / 8)];
    if (word != kFree) continue;
    word = reinterpret_cast<std::uint64_t>(blocks[child].words);
    return;
  }
}

/// Fills the words of all blocks, which together have `bytes`: 16 % are pointers to some of them,
/// the others what no_pointer() says. is_deep: each block but the first is led to by one before it.
/// Returns the number of pointers.
template <class NoPointer>
std::uint64_t fill(const std::vector<Block>& blocks, std::uint64_t bytes, bool is_deep,
                   NoPointer&& no_pointer) {
  std::uint64_t pointers = is_deep ? blocks.size() - 1 : 0;
  for (std::uint64_t i = 1; i <= pointers; ++i) lead_to(blocks, i);
  const std::uint64_t wanted = bytes / 8 * 16 / 100;
  const std::uint64_t more = wanted > pointers ? wanted - pointers : 0;
  const std::uint64_t chance = more * 1'000'000 / (bytes / 8 - pointers);
  for (const Block& block : blocks) {
    for (std::uint32_t i = 0; i < block.size / 8; ++i) {
      if (block.words[i] != kFree) continue;
      const bool is_pointer = below(1'000'000) < chance;
      pointers += is_pointer;
      block.words[i] =
          is_pointer ? reinterpret_cast<std::uint64_t>(blocks[some_block(blocks.size())].words)
                     : no_pointer();
    }
  }
  return pointers;
}

}  // namespace bench
