// SPDX-License-Identifier: Apache-2.0
// Does the marker say of thousands of random heaps what a plain marker by valgrind's rules says?
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mark_heap.h"

namespace leakhook::mark {
namespace {

/// A sorted array and a stack; every block by valgrind's rules, with nothing clever.
class PlainMarker {
 public:
  explicit PlainMarker(const TestHeap& heap) : heap_(heap), blocks_(heap.blocks) {
    std::sort(blocks_.begin(), blocks_.end(),
              [](const TestBlock& a, const TestBlock& b) { return a.address < b.address; });
    states_.resize(blocks_.size());
    leaders_.resize(blocks_.size());
    for (std::size_t i = 0; i < leaders_.size(); ++i) leaders_[i] = i;
    for (const std::uint64_t word : heap.roots) meet(word, true);
    while (!stack_.empty()) {
      const std::size_t i = pop();
      for (const std::uint64_t word : words_of(i)) meet(word, states_[i] == Reach::reachable);
    }
    for (std::size_t i = 0; i < blocks_.size(); ++i)
      if (states_[i] == Reach::unknown) collect(i);
  }

  std::map<std::uint64_t, Found> verdict() const {
    std::map<std::uint64_t, Found> all;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const Reach reach = states_[i] == Reach::unknown ? Reach::definite : states_[i];
      std::size_t leader = i;
      while (leaders_[leader] != leader) leader = leaders_[leader];
      if (reach != Reach::reachable)
        all[blocks_[i].address] = {reach, reach == Reach::possible ? 0 : blocks_[leader].address};
    }
    return all;
  }

 private:
  static std::uint64_t word_at(std::uint64_t address) {
    return *reinterpret_cast<const std::uint64_t*>(address);
  }
  std::size_t pop() {
    const std::size_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<std::uint64_t> words_of(std::size_t i) const {
    std::vector<std::uint64_t> words;
    for (std::uint64_t at = 0; at + 8 <= blocks_[i].size; at += 8)
      words.push_back(word_at(blocks_[i].address + at));
    return words;
  }
  static bool is_empty_array(const TestBlock& block) {
    return block.size == 8 && word_at(block.address) == 0;
  }

  /// The block that a word points to, or the number of blocks.
  std::size_t block_of(std::uint64_t word) const {
    const std::uint64_t address = word << 17 >> 17;
    std::size_t found = blocks_.size();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      const TestBlock& block = blocks_[i];
      const bool is_in = address >= block.address && address < block.address + block.size;
      if (is_in || address == block.address) return i;
      if (address == block.address + 8 && is_empty_array(block)) found = i;
    }
    return found;
  }

  bool is_table(std::uint64_t address) const {
    if (address % 8 != 0) return false;
    const Range& code = heap_.modules[0];
    const auto* in = static_cast<const Range*>(nullptr);
    for (const Range& range : heap_.modules)
      if (address >= range.start && address < range.end) in = &range;
    if (in == nullptr) return false;
    int functions = 0;
    for (int i = 0; i <= 20 && address + 8 <= in->end; ++i, address += 8) {
      const std::uint64_t word = word_at(address);
      if (word == 0) continue;
      if (word < code.start || word >= code.end) return false;
      if (++functions == 2) return true;
    }
    return false;
  }

  bool is_as_good_as_start(std::uint64_t address, const TestBlock& block) const {
    const std::uint64_t offset = address - block.address;
    if (offset == 0 || (offset == 8 && is_empty_array(block))) return true;
    const std::uint64_t first = block.size >= 8 ? word_at(block.address) : 0;
    if (offset == 8 && first != 0 && (block.size - 8) % first == 0) return true;
    if (offset == 24 && word_at(block.address + 8) == block.size - 25 &&
        first <= word_at(block.address + 8))
      return true;
    return offset % 8 == 0 && offset + 8 <= block.size && is_table(first) &&
           is_table(word_at(address));
  }

  void meet(std::uint64_t word, bool is_from_reachable) {
    const std::size_t i = block_of(word);
    if (i == blocks_.size() || states_[i] == Reach::reachable) return;
    if (is_from_reachable && is_as_good_as_start(word << 17 >> 17, blocks_[i])) {
      states_[i] = Reach::reachable;
      stack_.push_back(i);
    } else if (states_[i] == Reach::unknown) {
      states_[i] = Reach::possible;
      stack_.push_back(i);
    }
  }

  void collect(std::size_t leader) {
    stack_.push_back(leader);
    while (!stack_.empty()) {
      for (const std::uint64_t word : words_of(pop())) {
        const std::size_t i = block_of(word);
        if (i == blocks_.size() || i == leader || states_[i] != Reach::unknown) continue;
        states_[i] = Reach::indirect;
        leaders_[i] = leader;
        stack_.push_back(i);
      }
    }
  }

  const TestHeap& heap_;
  std::vector<TestBlock> blocks_;
  std::vector<Reach> states_;
  std::vector<std::size_t> leaders_;
  std::vector<std::size_t> stack_;
};

class RandomHeap {
 public:
  explicit RandomHeap(std::uint64_t seed) : random_(seed), heap_(kBytes) {
    const std::uint64_t grain = below(3) == 0 ? 8 : 16;
    const std::uint64_t blocks = 1 + below(below(4) == 0 ? 200 : 20);
    const std::uint64_t gap = std::uint64_t{1} << below(10);
    const std::uint64_t size = std::uint64_t{1} << (3 + below(8));
    std::uint64_t at = heap_.middle() - blocks * (gap + size) / 4 / 16 * 16;
    for (std::uint64_t i = 0; i < blocks; ++i) {
      heap_.add(at, below(8) == 0 ? below(2) * 8 : below(size));
      const std::uint64_t behind = heap_.blocks.back().size + below(gap);
      at += (behind / grain + 1) * grain;
    }
    const std::uint64_t code = heap_.start();
    heap_.modules = {{code, code + 4096}, {code + 4096, code + 8192}};
    for (std::uint64_t i = 0; i < 512; ++i)
      TestHeap::write(code + 4096 + 8 * i, below(3) == 0 ? below(2) * code : code + below(4096));
    few_ = 1 + below(12);
    for (const TestBlock& block : heap_.blocks) fill(block);
    for (std::uint64_t i = below(4); i > 0; --i) heap_.root(some_word());
    std::shuffle(heap_.blocks.begin(), heap_.blocks.end(), random_);
  }

  TestHeap& heap() { return heap_; }

 private:
  static constexpr std::uint64_t kBytes = 2 << 20;

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  std::uint64_t some_word() {
    const TestBlock& block = heap_.blocks[below(heap_.blocks.size())];
    switch (below(6)) {
      case 0:
        return block.address + below(block.size + 2);
      case 1:
        return block.address + 8 * (1 + 2 * below(2));
      case 2:
        return block.address | below(1u << (64 - BlockIndex::kAddressBits))
                                   << BlockIndex::kAddressBits;
      default:
        return block.address;
    }
  }

  void fill(const TestBlock& block) {
    for (std::uint64_t at = 0; at + 8 <= block.size; at += 8)
      TestHeap::write(block.address + at, below(few_) == 0 ? some_word() : below(2) * below(5));
    switch (block.size >= 32 ? below(8) : 7) {
      case 0:
        TestHeap::write(block.address, block.size - 8);
        break;
      case 1:
        TestHeap::write(block.address + 8, block.size - 25);
        break;
      case 2:
        for (std::uint64_t at = 0; at + 8 <= block.size; at += 8)
          TestHeap::write(block.address + at, heap_.start() + 4096 + 8 * below(511));
        break;
      default:
        break;
    }
  }

  std::mt19937_64 random_;
  TestHeap heap_;
  std::uint64_t few_ = 1;
};

TEST(MarkRandom, SaysWhatAPlainMarkerSays) {
  std::map<Reach, int> seen;
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    RandomHeap random(seed);
    const auto verdict = random.heap().verdict();
    const auto expected = PlainMarker(random.heap()).verdict();
    ASSERT_EQ(verdict.size(), expected.size()) << "seed " << seed;
    for (const auto& [address, found] : expected) {
      ASSERT_TRUE(verdict.contains(address)) << "seed " << seed;
      ASSERT_EQ(verdict.at(address).reach, found.reach) << "seed " << seed;
      ASSERT_EQ(verdict.at(address).leader, found.leader) << "seed " << seed;
      ++seen[found.reach];
    }
    seen[Reach::reachable] += static_cast<int>(random.heap().blocks.size() - expected.size());
  }
  for (const Reach reach : {Reach::reachable, Reach::possible, Reach::indirect, Reach::definite})
    EXPECT_GT(seen[reach], 4000) << "too few of the word " << static_cast<int>(reach);
}

}  // namespace
}  // namespace leakhook::mark
