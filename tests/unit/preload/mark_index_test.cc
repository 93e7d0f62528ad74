// SPDX-License-Identifier: Apache-2.0
// Does the index find the block of any address, in whatever order the blocks were shown?
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "../../../preload/mark/block_index.h"

namespace leakhook::mark {
namespace {

// Nothing of this is mapped: the index never reads a block.
constexpr std::uint64_t kBase = 0x7f1234560000;
constexpr std::uint64_t kRegion = 64 << 20;

struct Shown {
  std::uint64_t address;
  std::uint64_t size;
};

bool build(BlockIndex* index, const std::vector<Shown>& blocks) {
  return index->build([&](auto&& visit) {
    for (const Shown& block : blocks) visit(block.address, block.size, block.size % 1000);
  });
}

/// What last_start() must say, and what it leads to.
void expect_last_start(const BlockIndex& index, const std::map<std::uint64_t, std::uint64_t>& sizes,
                       std::uint64_t address) {
  auto next = sizes.upper_bound(address);
  Spot spot{};
  ASSERT_EQ(index.last_start(address, &spot), next != sizes.begin()) << std::hex << address;
  if (next == sizes.begin()) return;
  --next;
  ASSERT_EQ(index.address_of(spot), next->first) << std::hex << address;
  const std::uint32_t number = index.number_of(spot);
  EXPECT_EQ(number, std::distance(sizes.begin(), next));
  EXPECT_EQ(index.size_of(number), next->second);
  EXPECT_EQ(index.stack_of(number), next->second % 1000);
}

TEST(MarkIndex, KnowsTheLastBlockBeforeAnyAddress) {
  std::mt19937_64 random(1);
  for (const std::uint64_t grain : {16, 8}) {
    std::vector<Shown> blocks;
    std::map<std::uint64_t, std::uint64_t> sizes;
    std::uint64_t at = kBase;
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t size = random() % 16 == 0 ? random() % (3 * kRegion) : random() % 6000;
      blocks.push_back({at, size});
      sizes[at] = size;
      at += (size / grain + 1 + random() % 100) * grain;
      if (random() % 8 == 0) at += random() % 10 * kRegion;
      at -= at % grain;
    }
    std::shuffle(blocks.begin(), blocks.end(), random);
    BlockIndex index;
    ASSERT_TRUE(build(&index, blocks));
    EXPECT_EQ(index.count(), blocks.size());
    for (const Shown& block : blocks) {
      for (const std::uint64_t offset :
           {std::uint64_t{0}, std::uint64_t{1}, block.size / 2, block.size, block.size + kRegion})
        expect_last_start(index, sizes, block.address + offset);
      expect_last_start(index, sizes, block.address - 1);
    }
    expect_last_start(index, sizes, 4096);
    expect_last_start(index, sizes, (std::uint64_t{1} << BlockIndex::kAddressBits) - 1);
  }
}

TEST(MarkIndex, ABlockShownTwiceCountsOnce) {
  BlockIndex index;
  ASSERT_TRUE(build(&index, {{kBase, 32}, {kBase + 64, 32}, {kBase, 32}}));
  EXPECT_EQ(index.count(), 2u);
  Spot spot{};
  ASSERT_TRUE(index.last_start(kBase + 64, &spot));
  EXPECT_EQ(index.number_of(spot), 1u);
}

TEST(MarkIndex, PagesRiseAndCountTheirBlocks) {
  BlockIndex index;
  ASSERT_TRUE(build(
      &index,
      {{kBase + 2 * kRegion, 32}, {kBase, 32}, {kBase + 4096, 32}, {kBase + 4096 + 4080, 8}}));
  std::vector<std::uint32_t> counts;
  std::vector<std::uint64_t> addresses;
  index.for_each_page([&](std::uint32_t page) {
    EXPECT_EQ(index.first_in(page), addresses.size());
    counts.push_back(index.count_in(page));
    index.for_each_in(page, [&](Spot spot, std::uint32_t number) {
      EXPECT_EQ(number, addresses.size());
      addresses.push_back(index.address_of(spot));
    });
  });
  EXPECT_EQ(counts, (std::vector<std::uint32_t>{1, 2, 1}));
  EXPECT_EQ(addresses,
            (std::vector<std::uint64_t>{kBase, kBase + 4096, kBase + 8176, kBase + 2 * kRegion}));
}

TEST(MarkIndex, KeepsSizesOfHugeBlocks) {
  BlockIndex index;
  constexpr std::uint64_t kHuge = (std::uint64_t{1} << 41) - 1;
  constexpr std::uint64_t kLow = 0x100000000000;
  ASSERT_TRUE(build(&index, {{kLow, kHuge}, {0x7ffffffff000, ~std::uint64_t{0}}}));
  EXPECT_EQ(index.size_of(0), kHuge);
  EXPECT_EQ(index.size_of(1), 4096u) << "user space ends there";
  EXPECT_TRUE(index.has_block_in({kLow + kHuge - 1, kLow + kHuge}));
  EXPECT_FALSE(index.has_block_in({kLow + kHuge, 0x7ffffffff000}));
}

}  // namespace
}  // namespace leakhook::mark
