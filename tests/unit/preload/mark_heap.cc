// SPDX-License-Identifier: Apache-2.0
// What a test's heap does, and what all records of the marker have in common.
#include "mark_heap.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

namespace leakhook::mark {

constexpr std::uint64_t kRegion = 64 << 20;

std::uint32_t stack_of_block(std::uint64_t address) {
  return static_cast<std::uint32_t>(address / 8 % kMaxStacks);
}

TestHeap::TestHeap(std::uint64_t bytes) : mapped_bytes_(bytes + kRegion), bytes_(bytes) {
  mapped_ =
      reinterpret_cast<std::uint64_t>(mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  const std::uint64_t border = (mapped_ + bytes / 2 + kRegion - 1) / kRegion * kRegion;
  start_ = border - bytes / 2;
  next_ = start_;
}

TestHeap::~TestHeap() { munmap(reinterpret_cast<void*>(mapped_), mapped_bytes_); }

std::uint64_t TestHeap::add(std::uint64_t address, std::uint64_t size) {
  blocks.push_back({address, size});
  return address;
}

std::uint64_t TestHeap::add(std::uint64_t size) {
  const std::uint64_t address = next_;
  next_ += (size + 31) / 16 * 16;
  return add(address, size);
}

void TestHeap::write(std::uint64_t address, std::uint64_t word) {
  *reinterpret_cast<std::uint64_t*>(address) = word;
}

std::unique_ptr<Marker> TestHeap::mark() {
  auto marker = std::make_unique<Marker>();
  for (const Range& range : unreadable) EXPECT_TRUE(marker->know_unreadable(range));
  for (const Range& range : modules)
    EXPECT_TRUE(marker->know_module(range, &range == modules.data()));
  const bool is_indexed = marker->index([this](auto&& visit) {
    for (const TestBlock& block : blocks)
      visit(block.address, block.size, stack_of_block(block.address));
  });
  if (!is_indexed) return nullptr;
  for (const std::uint64_t word : roots) marker->root_word(word);
  return marker->finish() ? std::move(marker) : nullptr;
}

std::map<std::uint64_t, Found> TestHeap::verdict() {
  const auto marker = mark();
  std::map<std::uint64_t, std::uint64_t> sizes;
  for (const TestBlock& block : blocks) sizes[block.address] = block.size;
  std::map<std::uint64_t, Found> all;
  const ReachRecord* records = marker->records();
  for (std::uint64_t i = 0; i < marker->count(); ++i) {
    const ReachRecord& record = records[i];
    EXPECT_TRUE(i == 0 || records[i - 1].address < record.address);
    EXPECT_EQ(record.size(), sizes[record.address]);
    EXPECT_EQ(record.stack, stack_of_block(record.address));
    const bool has_leader = record.reach() != Reach::possible;
    EXPECT_EQ(record.leader != kNoLeader, has_leader);
    EXPECT_TRUE(!has_leader || records[record.leader].reach() == Reach::definite);
    EXPECT_EQ(record.leader == i, record.reach() == Reach::definite);
    all[record.address] = {record.reach(), has_leader ? records[record.leader].address : 0};
  }
  EXPECT_EQ(marker->facts().blocks, blocks.size());
  return all;
}

Reach TestHeap::reach_of(std::uint64_t address) {
  const auto all = verdict();
  const auto found = all.find(address);
  return found == all.end() ? Reach::reachable : found->second.reach;
}

}  // namespace leakhook::mark
