// SPDX-License-Identifier: Apache-2.0
// Does every block get the word that valgrind's rules give it, however pointers lead to it?
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "../../../preload/mark/marker.h"
#include "mark_heap.h"

namespace leakhook::mark {
namespace {

using Verdict = std::map<std::uint64_t, Found>;

void expect(const Verdict& verdict, std::uint64_t address, Reach reach, std::uint64_t leader) {
  ASSERT_TRUE(verdict.contains(address));
  EXPECT_EQ(verdict.at(address).reach, reach);
  EXPECT_EQ(verdict.at(address).leader, leader);
}

TEST(Mark, AHeapWithoutBlocksIsFine) {
  TestHeap heap;
  heap.root(heap.start());
  EXPECT_TRUE(heap.verdict().empty());
  EXPECT_FALSE(heap.mark()->has_block_in({0, ~std::uint64_t{0}}));
}

TEST(Mark, APointerToTheStartReaches) {
  TestHeap heap;
  const auto block = heap.add(40);
  EXPECT_EQ(heap.reach_of(block), Reach::definite);
  heap.root(block);
  EXPECT_EQ(heap.reach_of(block), Reach::reachable);
}

TEST(Mark, AnInteriorPointerMakesItPossible) {
  TestHeap heap;
  const auto block = heap.add(40);
  for (const std::uint64_t inside : {1, 8, 16, 39}) {
    heap.roots = {block + inside};
    EXPECT_EQ(heap.reach_of(block), Reach::possible) << inside;
  }
}

TEST(Mark, OnePastTheEndIsNoReference) {
  TestHeap heap;
  const auto block = heap.add(heap.start() + 64, 40);
  heap.roots = {block + 40, block - 1, block + 47};
  EXPECT_EQ(heap.reach_of(block), Reach::definite);
}

TEST(Mark, ABlockOfNoBytesIsFoundByItsAddressOnly) {
  TestHeap heap;
  const auto block = heap.add(0);
  heap.roots = {block + 1, block + 8};
  EXPECT_EQ(heap.reach_of(block), Reach::definite);
  heap.roots = {block};
  EXPECT_EQ(heap.reach_of(block), Reach::reachable);
}

TEST(Mark, WordsThatAreNoAddressesOfBlocksAreNone) {
  TestHeap heap;
  const auto block = heap.add(heap.start() + 4096, 40);
  heap.roots = {0, 1, ~std::uint64_t{0}, heap.start(), block + 4096, std::uint64_t{1} << 46};
  EXPECT_EQ(heap.reach_of(block), Reach::definite);
}

TEST(Mark, TagsInTheUpperBitsAreNotLookedAt) {
  TestHeap heap;
  const auto block = heap.add(40);
  for (const unsigned bit : {BlockIndex::kAddressBits, 49u, 57u, 62u, 63u}) {
    heap.roots = {block | std::uint64_t{1} << bit};
    EXPECT_EQ(heap.reach_of(block), Reach::reachable) << bit;
  }
  heap.roots = {block ^ std::uint64_t{1} << 46};
  EXPECT_EQ(heap.reach_of(block), Reach::definite) << "a bit of the address";
}

TEST(Mark, RootsAreTheAlignedWholeWordsOfARange) {
  TestHeap heap;
  const auto block = heap.add(40);
  const std::uint64_t words[] = {block, 0, block};
  const auto reach = [&](std::uint64_t offset, std::uint64_t bytes) {
    Marker marker;
    EXPECT_TRUE(marker.index([&](auto&& visit) { visit(block, 40, 1); }));
    marker.scan_roots(reinterpret_cast<const char*>(words) + offset, bytes);
    EXPECT_EQ(marker.facts().root_bytes, bytes);
    EXPECT_TRUE(marker.finish());
    return marker.count() == 0;
  };
  EXPECT_TRUE(reach(0, 8));
  EXPECT_FALSE(reach(0, 7));
  EXPECT_FALSE(reach(1, 22));
  EXPECT_TRUE(reach(1, 23));
}

TEST(Mark, ReachesThroughChainsOfStarts) {
  TestHeap heap;
  const auto a = heap.add(32);
  const auto b = heap.add(32);
  const auto c = heap.add(32);
  heap.write(c + 8, a);
  heap.write(a + 24, b);
  heap.root(c);
  EXPECT_TRUE(heap.verdict().empty());
}

TEST(Mark, BytesBehindTheBlockAreNotItsOwn) {
  TestHeap heap;
  const auto a = heap.add(20);
  const auto b = heap.add(32);
  heap.write(a + 16, b);
  heap.root(a);
  EXPECT_EQ(heap.reach_of(b), Reach::definite) << "only the first half of the word is a's";
}

TEST(Mark, WhatHangsBelowAPossibleBlockIsPossible) {
  TestHeap heap;
  const auto a = heap.add(32);
  const auto b = heap.add(32);
  const auto c = heap.add(32);
  heap.write(a, b);
  heap.write(b, c + 8);
  heap.root(a + 4);
  const auto verdict = heap.verdict();
  for (const auto block : {a, b, c}) expect(verdict, block, Reach::possible, 0);
}

TEST(Mark, AStartPointerBeatsAnInteriorOne) {
  for (const bool is_found_inside_first : {true, false}) {
    TestHeap heap;
    const auto a = heap.add(32);
    const auto b = heap.add(32);
    heap.write(a, b);
    heap.roots =
        is_found_inside_first ? std::vector{a + 4, b + 4, a} : std::vector{a, a + 4, b + 4};
    EXPECT_TRUE(heap.verdict().empty());
  }
}

TEST(Mark, ALongWayByStartsBeatsAShortOneInside) {
  TestHeap heap;
  const auto target = heap.add(32);
  auto last = target;
  for (int i = 0; i < 100; ++i) {
    const auto block = heap.add(32);
    heap.write(block, last);
    last = block;
  }
  heap.roots = {target + 8, last};
  EXPECT_TRUE(heap.verdict().empty());
}

TEST(Mark, PossibleBeatsLost) {
  TestHeap heap;
  const auto lost = heap.add(32);
  const auto a = heap.add(32);
  heap.write(lost, a);
  heap.root(a + 4);
  const auto verdict = heap.verdict();
  expect(verdict, lost, Reach::definite, lost);
  expect(verdict, a, Reach::possible, 0);
}

TEST(Mark, LostBlocksLeadThoseBelowThem) {
  TestHeap heap;
  const auto child = heap.add(32);
  const auto grandchild = heap.add(32);
  const auto leader = heap.add(32);
  const auto alone = heap.add(32);
  heap.write(leader, child);
  heap.write(child + 8, grandchild + 16);  // inside is as good here
  const auto verdict = heap.verdict();
  expect(verdict, leader, Reach::definite, leader);
  expect(verdict, child, Reach::indirect, leader);
  expect(verdict, grandchild, Reach::indirect, leader);
  expect(verdict, alone, Reach::definite, alone);
}

TEST(Mark, ACycleHasOneLeader) {
  TestHeap heap;
  const auto a = heap.add(32);
  const auto b = heap.add(32);
  const auto c = heap.add(32);
  heap.write(a, b);
  heap.write(b, c);
  heap.write(c, a);
  const auto verdict = heap.verdict();
  expect(verdict, a, Reach::definite, a);
  expect(verdict, b, Reach::indirect, a);
  expect(verdict, c, Reach::indirect, a);
}

TEST(Mark, ABlockThatPointsToItselfIsItsOwnLeader) {
  TestHeap heap;
  const auto a = heap.add(32);
  heap.write(a, a);
  heap.write(a + 8, a + 8);
  expect(heap.verdict(), a, Reach::definite, a);
}

TEST(Mark, AFormerLeaderPassesOnWhatHangsBelowIt) {
  TestHeap heap;
  std::vector<std::uint64_t> chain;
  for (int i = 0; i < 50; ++i) chain.push_back(heap.add(32));
  for (int i = 1; i < 50; ++i) heap.write(chain[i], chain[i - 1]);  // each leads for a while
  const auto verdict = heap.verdict();
  expect(verdict, chain[49], Reach::definite, chain[49]);
  for (int i = 0; i < 49; ++i) expect(verdict, chain[i], Reach::indirect, chain[49]);
}

TEST(Mark, WhatTwoLeadersShareHangsBelowOne) {
  TestHeap heap;
  const auto a = heap.add(32);
  const auto b = heap.add(32);
  const auto shared = heap.add(32);
  heap.write(a, shared);
  heap.write(b, shared);
  const auto verdict = heap.verdict();
  expect(verdict, a, Reach::definite, a);
  expect(verdict, b, Reach::definite, b);
  expect(verdict, shared, Reach::indirect, a);
}

TEST(Mark, FindsBlocksAtBordersOfPagesAndRegions) {
  for (const std::uint64_t border : {4096, 1 << 19}) {  // the second is the heap's middle
    for (const std::uint64_t before : {8, 16, 32, 1000}) {
      TestHeap heap;
      const auto block = heap.add(heap.start() + border - before, 2000);
      heap.add(heap.start() + border + 4096, 32);
      for (const std::uint64_t inside :
           {std::uint64_t{1}, before - 1, before, before + 1, std::uint64_t{1999}}) {
        heap.roots = {block + inside};
        EXPECT_EQ(heap.reach_of(block), Reach::possible)
            << border << " " << before << " " << inside;
      }
      heap.roots = {block + 2000};
      EXPECT_EQ(heap.reach_of(block), Reach::definite);
    }
  }
}

TEST(Mark, FindsHugeBlocksByAnyPointer) {
  constexpr std::uint64_t kMiB = 1 << 20;
  TestHeap heap(400 * kMiB);
  heap.add(heap.start(), 32);
  const auto huge = heap.add(heap.start() + 64, 300 * kMiB);  // whole regions where nothing begins
  const auto below = heap.add(heap.start() + 301 * kMiB, 32);
  heap.write(huge + 300 * kMiB - 8, below);
  for (const std::uint64_t inside : {kMiB, 100 * kMiB, 299 * kMiB}) {
    heap.roots = {huge + inside};
    const auto verdict = heap.verdict();
    expect(verdict, huge, Reach::possible, 0);
    expect(verdict, below, Reach::possible, 0);
  }
  heap.roots = {huge};
  EXPECT_EQ(heap.verdict().size(), 1u);
  heap.roots = {huge + 300 * kMiB};
  expect(heap.verdict(), huge, Reach::definite, huge);
}

TEST(Mark, TellsBlocksEightBytesApart) {
  TestHeap heap;
  std::vector<std::uint64_t> blocks;
  for (int i = 0; i < 600; ++i) blocks.push_back(heap.add(heap.start() + 8u * i, 8));
  for (int i = 0; i < 600; i += 3) heap.root(blocks[i]);
  for (int i = 1; i < 600; i += 3) heap.root(blocks[i] + 5);
  const auto verdict = heap.verdict();
  for (int i = 0; i < 600; ++i) {
    const auto found = verdict.find(blocks[i]);
    if (i % 3 == 0) {
      EXPECT_EQ(found, verdict.end());
    } else {
      expect(verdict, blocks[i], i % 3 == 1 ? Reach::possible : Reach::definite,
             i % 3 == 1 ? 0 : blocks[i]);
    }
  }
}

TEST(Mark, ReadsNothingThatMayNotBeRead) {
  TestHeap heap;
  const auto page = heap.start() + 8192;
  const auto block = heap.add(heap.start() + 4096, 12288);
  const auto before = heap.add(heap.start() + 65536, 32);
  const auto behind = heap.add(heap.start() + 131072, 32);
  heap.write(page - 8, before);
  heap.write(page + 4096, behind);
  mprotect(reinterpret_cast<void*>(page), 4096, PROT_NONE);
  heap.unreadable = {{page, page + 4096}, {heap.start() + 262144, heap.start() + 266240}};
  heap.root(block);
  EXPECT_TRUE(heap.verdict().empty());
  heap.roots = {block + 8};  // the heuristics look into it
  EXPECT_EQ(heap.reach_of(block), Reach::possible);
  mprotect(reinterpret_cast<void*>(page), 4096, PROT_READ | PROT_WRITE);
}

TEST(Mark, ABlockWhoseFirstPageMayNotBeReadIsStillFound) {
  TestHeap heap;
  const auto block = heap.add(heap.start() + 4096, 8192);
  mprotect(reinterpret_cast<void*>(block), 4096, PROT_NONE);
  heap.unreadable = {{block, block + 4096}};
  heap.roots = {block + 8};
  EXPECT_EQ(heap.reach_of(block), Reach::possible);
  mprotect(reinterpret_cast<void*>(block), 4096, PROT_READ | PROT_WRITE);
}

/// A sampled heap: all memory is roots, but a block does not keep itself or other blocks alive.
TEST(Mark, BetweenBlocksEverythingIsARoot) {
  TestHeap heap;
  const auto held = heap.add(heap.start() + 4096, 40);
  const auto own = heap.add(heap.start() + 8192, 5000);
  const auto child = heap.add(heap.start() + 20000, 40);
  heap.write(heap.start() + 64, held);
  heap.write(own + 4992, own);
  heap.write(own + 8, child);
  const auto marked = [&](std::uint64_t from, std::uint64_t bytes) {
    auto marker = std::make_unique<Marker>();
    EXPECT_TRUE(marker->index([&](auto&& visit) {
      for (const TestBlock& block : heap.blocks) visit(block.address, block.size, 0);
    }));
    marker->scan_roots_between_blocks(reinterpret_cast<const void*>(from), bytes);
    EXPECT_TRUE(marker->finish());
    return marker;
  };
  const auto all = marked(heap.start(), 65536);
  ASSERT_EQ(all->count(), 2u);
  EXPECT_EQ(all->records()[0].address, own);
  EXPECT_EQ(all->records()[1].address, child);
  EXPECT_EQ(all->records()[1].reach(), Reach::indirect);
  EXPECT_EQ(all->facts().root_bytes, 65536u - 40 - 5000 - 40);
  EXPECT_EQ(marked(own + 8, 100)->facts().root_bytes, 0u) << "inside of a block";
  EXPECT_EQ(marked(heap.start() + 64, 8)->count(), 2u) << "before all blocks";
  heap.write(child + 40, own);
  EXPECT_EQ(marked(heap.start(), 65536)->count(), 0u) << "right behind the last block";
}

TEST(Mark, KnowsWhichMemoryHasBlocks) {
  TestHeap heap(200 << 20);
  const auto block = heap.add(heap.start() + 4096, 100);
  const auto huge = heap.add(heap.start() + 65536, 150 << 20);
  const auto marker = heap.mark();
  EXPECT_TRUE(marker->has_block_in({block, block + 1}));
  EXPECT_TRUE(marker->has_block_in({block + 99, block + 4096}));
  EXPECT_FALSE(marker->has_block_in({block + 100, block + 4096}));
  EXPECT_FALSE(marker->has_block_in({block - 4096, block}));
  EXPECT_TRUE(marker->has_block_in({block - 4096, block + 1}));
  EXPECT_FALSE(marker->has_block_in({block, block}));
  EXPECT_TRUE(marker->has_block_in({huge + (100 << 20), huge + (100 << 20) + 8}));
  EXPECT_FALSE(marker->has_block_in({huge + (150 << 20), ~std::uint64_t{0}}));
}

TEST(Mark, KnowsTheBlockOfAnAddress) {
  TestHeap heap;
  const auto block = heap.add(heap.start() + 4096, 100);
  const auto marker = heap.mark();
  for (const std::uint64_t inside : {0, 1, 99}) {
    EXPECT_EQ(marker->block_of(block + inside).start, block);
    EXPECT_EQ(marker->block_of(block + inside).end, block + 100);
  }
  for (const std::uint64_t outside : {block - 1, block + 100, ~std::uint64_t{0}})
    EXPECT_EQ(marker->block_of(outside).end, 0u);
}

TEST(Mark, CountsWhatItScanned) {
  TestHeap heap;
  const auto a = heap.add(100);
  heap.add(50);
  heap.root(a);
  const auto marker = heap.mark();
  EXPECT_EQ(marker->facts().blocks, 2u);
  EXPECT_EQ(marker->facts().root_bytes, 8u);
  EXPECT_EQ(marker->facts().heap_bytes_scanned, 150u);
}

TEST(Mark, LeavesOutBlocksThatCannotBe) {
  TestHeap heap;
  const auto block = heap.add(heap.start(), 40);
  Marker marker;
  ASSERT_TRUE(marker.index([&](auto&& visit) {
    visit(0, 8, 1);
    visit(block, 40, 1);
    visit(block + 4, 8, 1);
    visit(std::uint64_t{1} << BlockIndex::kAddressBits, 8, 1);
    visit(~std::uint64_t{7}, 8, 1);
  }));
  EXPECT_EQ(marker.facts().blocks, 1u);
  ASSERT_TRUE(marker.finish());
  ASSERT_EQ(marker.count(), 1u);
  EXPECT_EQ(marker.records()[0].address, block);
}

}  // namespace
}  // namespace leakhook::mark
