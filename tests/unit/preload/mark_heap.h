// SPDX-License-Identifier: Apache-2.0
// A heap of a test's own for the marker: blocks where the test wants them, words as it writes them.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "../../../preload/mark/marker.h"

namespace leakhook::mark {

struct TestBlock {
  std::uint64_t address;
  std::uint64_t size;
};

struct Found {
  Reach reach;
  std::uint64_t leader;  ///< address of the record's leader, 0: none
};

class TestHeap {
 public:
  /// `bytes` of memory; its middle is where two regions of the index meet.
  explicit TestHeap(std::uint64_t bytes = 1 << 20);
  TestHeap(const TestHeap&) = delete;
  ~TestHeap();

  std::uint64_t start() const { return start_; }
  std::uint64_t middle() const { return start_ + bytes_ / 2; }

  /// A block; returns its address.
  std::uint64_t add(std::uint64_t address, std::uint64_t size);
  /// The same, behind the last one that was placed so.
  std::uint64_t add(std::uint64_t size);
  /// Writes a word into the heap.
  static void write(std::uint64_t address, std::uint64_t word);
  void root(std::uint64_t word) { roots.push_back(word); }

  /// Marks, and forgets nothing: blocks and roots stay for the next time. Empty: memory was
  /// refused.
  std::unique_ptr<Marker> mark();
  /// What became of the blocks that have a record, by address. Checks what every record promises.
  std::map<std::uint64_t, Found> verdict();
  /// Of one block.
  Reach reach_of(std::uint64_t address);

  std::vector<TestBlock> blocks;
  std::vector<std::uint64_t> roots;
  std::vector<Range> unreadable;
  std::vector<Range> modules;  ///< of these the first is code

 private:
  std::uint64_t mapped_;
  std::uint64_t mapped_bytes_;
  std::uint64_t start_;
  std::uint64_t bytes_;
  std::uint64_t next_;
};

/// The stack that a block of this address is said to come from.
std::uint32_t stack_of_block(std::uint64_t address);

}  // namespace leakhook::mark
