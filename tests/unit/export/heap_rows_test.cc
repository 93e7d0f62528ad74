// SPDX-License-Identifier: Apache-2.0
// Live blocks add up by stack, thread, age and size; what is gone is what the counts say beyond
// them.
#include "../../../export/heap_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "../../../export/profile_writer.h"
#include "../../../preload/contract/sampling.h"
#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::SegmentBuilder;

TEST(HeapRows, EqualBlocksShareARow) {
  SegmentBuilder builder;
  const StackId a = builder.stack({place(1)});
  const StackId b = builder.stack({place(2)});
  const NameId worker = builder.name("worker");
  builder.live(0x1000, 64, a);
  builder.live(0x2000, 64, a);
  builder.live(0x3000, 65, a);
  builder.live(0x4000, 64, a, worker);
  builder.live(0x5000, 64, b);
  builder.live(0x6000, 64, a, 0, 100);  // younger
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.live.size(), 5u);
  EXPECT_EQ(rows.live[0].age_s, 1);  // younger ones of a stack come first
  EXPECT_EQ(rows.live[1].objects, 2);
  EXPECT_EQ(rows.live[1].bytes, 128);
  EXPECT_EQ(rows.live[1].age_s, 60);
  EXPECT_EQ(std::count_if(rows.live.begin(), rows.live.end(),
                          [](const HeapRow& row) { return row.age_s == 1; }),
            1);
  EXPECT_EQ(rows.live.back().stack, b);
  EXPECT_EQ(rows.records, 6u);
  EXPECT_EQ(rows.objects, 6);
  EXPECT_EQ(rows.bytes, 5 * 64 + 65);
}

TEST(HeapRows, PassedIsCountedMinusLive) {
  SegmentBuilder builder;
  const StackId live = builder.stack({place(1)});
  const StackId gone = builder.stack({place(2)});
  const StackId all_live = builder.stack({place(3)});
  builder.live(0x1000, 10, live);
  builder.count(live, 5, 50);
  builder.count(gone, 7, 700);
  builder.live(0x2000, 30, all_live);
  builder.count(all_live, 1, 30);
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.passed.size(), 2u);
  EXPECT_EQ(rows.passed[0].stack, live);
  EXPECT_EQ(rows.passed[0].objects, 4);
  EXPECT_EQ(rows.passed[0].bytes, 40);
  EXPECT_EQ(rows.passed[1].stack, gone);
  EXPECT_EQ(rows.passed[1].objects, 7);
}

TEST(HeapRows, CountsBelowTheLiveBlocksPassNothing) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1)});
  builder.live(0x1000, 10, stack);
  builder.live(0x2000, 10, stack);
  builder.count(stack, 1, 10);
  const LoadedSegment loaded(builder.packed());
  EXPECT_TRUE(heap_rows(loaded.view).passed.empty());
}

TEST(HeapRows, SampledBlocksAreScaledAndCountsAreFinal) {
  SegmentBuilder builder;
  builder.header().settings.sample_bytes = 4096;
  const StackId stack = builder.stack({place(1)});
  for (int i = 0; i < 10; ++i) builder.live(0x1000 * (i + 1), 100, stack);
  builder.count(stack, 1000, 100000);
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  const double scaled = 10 * sampling_weight(100, 4096);
  ASSERT_EQ(rows.live.size(), 1u);
  EXPECT_EQ(rows.live[0].objects, std::llround(scaled));
  EXPECT_EQ(rows.live[0].bytes, std::llround(scaled * 100));
  EXPECT_EQ(rows.passed[0].objects, 1000 - rows.live[0].objects);
}

/// Rows, stacks and the whole heap say how far they may be off; also where sizes were put together.
TEST(HeapRows, ErrorsAddUpOverStacks) {
  constexpr std::uint64_t kMean = 4096;
  SegmentBuilder builder;
  builder.header().settings.sample_bytes = kMean;
  const StackId few = builder.stack({place(1)});
  const StackId many = builder.stack({place(2)});
  const auto variance_of = [](std::uint64_t size) {
    const double x = static_cast<double>(size + 1) / kMean;
    return std::exp(-x) / (std::expm1(-x) * std::expm1(-x));
  };
  for (int i = 0; i < 10; ++i) builder.live(0x1000 * (i + 1), 100, few);
  double objects = 0, bytes = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    builder.live(0x100000 + 16 * i, 1000 + i, many);
    objects += variance_of(1000 + i);
    bytes += variance_of(1000 + i) * static_cast<double>((1000 + i) * (1000 + i));
  }
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_LT(rows.live.size(), 10u) << "sizes are powers of two";
  const std::vector<HeldByStack> stacks = held_by_stacks(rows);
  ASSERT_EQ(stacks.size(), 2u);
  EXPECT_EQ(stacks[0].stack, few);
  EXPECT_NEAR(stacks[0].error.objects() / std::sqrt(10 * variance_of(100)), 1, 1e-6);
  EXPECT_NEAR(stacks[0].error.bytes() / std::sqrt(10 * variance_of(100) * 100 * 100), 1, 1e-6);
  EXPECT_EQ(stacks[0].bytes + stacks[1].bytes, rows.bytes);
  EXPECT_EQ(stacks[0].objects + stacks[1].objects, rows.objects);
  EXPECT_NEAR(stacks[1].error.objects() / std::sqrt(objects), 1, 1e-6);
  EXPECT_NEAR(stacks[1].error.bytes() / std::sqrt(bytes), 1, 1e-6);
  EXPECT_NEAR(rows.error.bytes(), std::hypot(stacks[0].error.bytes(), stacks[1].error.bytes()),
              1e-6 * rows.error.bytes());
}

TEST(HeapRows, AnExactHeapHasNoError) {
  SegmentBuilder builder;
  builder.live(0x1000, 100, builder.stack({place(1)}));
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(heap_rows(loaded.view).error.bytes(), 0);
  EXPECT_EQ(heap_rows(loaded.view).error.objects(), 0);
}

TEST(HeapRows, InheritedBlocksAreNotPartOfTheCounts) {
  SegmentBuilder builder;
  builder.header().is_forked = 1;
  builder.header().birth_shift = 2;
  builder.header().inherited_until = 20;
  const StackId stack = builder.stack({place(1)});
  builder.live(0x1000, 10, stack, 0, 5);
  builder.live(0x2000, 10, stack, 0, 30);
  builder.count(stack, 3, 30);
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.live.size(), 2u);
  EXPECT_FALSE(rows.live[0].is_inherited);
  EXPECT_TRUE(rows.live[1].is_inherited);
  ASSERT_EQ(rows.passed.size(), 1u);
  EXPECT_EQ(rows.passed[0].objects, 2);
}

TEST(HeapRows, ManySizesOfOneStackBecomePowersOfTwo) {
  SegmentBuilder builder;
  const StackId few = builder.stack({place(1)});
  const StackId many = builder.stack({place(2)});
  builder.live(0x1000, 77, few);
  std::int64_t bytes = 77;
  for (int i = 0; i < 200; ++i) {
    builder.live(0x10000 + 16 * i, 1000 + i, many);
    bytes += 1000 + i;
  }
  builder.live(0x2000, 0, many);
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.live.size(), 4u);  // 77; 0, 512 and 1024
  EXPECT_EQ(rows.live[0].size, 77u);
  EXPECT_EQ(rows.bytes, bytes);
  EXPECT_EQ(rows.objects, 202);
}

TEST(HeapRows, TellApartWhatDiffersInOneThing) {
  SegmentBuilder builder;
  builder.header().inherited_until = 2;
  const StackId a = builder.stack({place(1)});
  const StackId b = builder.stack({place(2)});
  const NameId worker = builder.name("worker");
  // Also sizes on both sides of what a packed row can hold.
  std::uint64_t address = 0x1000;
  std::set<std::tuple<StackId, NameId, bool, std::uint64_t>> wanted;
  for (const StackId stack : {a, b})
    for (const NameId thread : {NameId{0}, worker})
      for (const std::uint32_t birth : {1u, 3u})
        for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{64},
                                         (std::uint64_t{1} << 28) - 1, std::uint64_t{1} << 28}) {
          wanted.emplace(stack, thread, birth == 1, size);
          for (int i = 0; i < 3; ++i) builder.live(address += 0x10, size, stack, thread, birth);
        }
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.live.size(), wanted.size());
  for (const HeapRow& row : rows.live) {
    EXPECT_EQ(row.objects, 3);
    EXPECT_EQ(row.bytes, static_cast<std::int64_t>(3 * row.size));
    EXPECT_EQ(wanted.erase({row.stack, row.thread, row.is_inherited, row.size}), 1u);
  }
  EXPECT_TRUE(std::is_sorted(rows.live.begin(), rows.live.end(),
                             [](const HeapRow& x, const HeapRow& y) { return x.stack < y.stack; }));
}

TEST(HeapRows, HugeBlocksOfManySizesBecomePowersOfTwoToo) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1)});
  for (std::uint64_t i = 0; i < 100; ++i)
    builder.live(0x10000 + 16 * i, (std::uint64_t{1} << (i % 2 ? 27 : 29)) + i, stack);
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  ASSERT_EQ(rows.live.size(), 2u);
  EXPECT_EQ(rows.live[0].size, std::uint64_t{1} << 27);
  EXPECT_EQ(rows.live[1].size, std::uint64_t{1} << 29);
  EXPECT_EQ(rows.live[0].objects + rows.live[1].objects, 100);
}

/// Words and causes of the rows of one stack, as often as there are blocks.
std::multiset<std::pair<Reach, StackId>> judgements(const HeapRows& rows, StackId stack) {
  std::multiset<std::pair<Reach, StackId>> found;
  for (const HeapRow& row : rows.live)
    for (std::int64_t i = 0; row.stack == stack && i < row.objects; ++i)
      found.emplace(row.reach, row.cause);
  return found;
}

TEST(HeapRows, WordsAndCausesTellRowsApart) {
  SegmentBuilder builder;
  const StackId list = builder.stack({place(1)});
  const StackId node = builder.stack({place(2)});
  const StackId other = builder.stack({place(3)});
  for (const std::uint64_t size : {std::uint64_t{64}, std::uint64_t{1} << 28}) {
    const std::uint64_t base = size << 8;
    builder.live(base, size, list);
    builder.reach(base, size, list, Reach::definite);
    const auto leader =
        static_cast<std::uint32_t>(builder.bytes(Region::reach).size() / sizeof(ReachRecord)) - 1;
    for (int i = 1; i <= 2; ++i) {
      builder.live(base + 0x10 * i, size, node);
      builder.reach(base + 0x10 * i, size, node, Reach::indirect, leader);
    }
    builder.live(base + 0x30, size, other);
    builder.reach(base + 0x30, size, other, Reach::definite);
    builder.live(base + 0x40, size, node);
    builder.reach(base + 0x40, size, node, Reach::indirect, leader + 3);
    builder.live(base + 0x50, size, node);
    builder.reach(base + 0x50, size, node, Reach::possible, kNoLeader);
    builder.live(base + 0x60, size, node);
    builder.live(base + 0x70, size, node);
    builder.reach(base + 0x70, size + 1, node, Reach::definite);
  }
  const LoadedSegment loaded(builder.packed());
  const HeapRows rows = heap_rows(loaded.view);
  using Found = std::multiset<std::pair<Reach, StackId>>;
  const Found of_list{{Reach::definite, list}}, of_other{{Reach::definite, other}};
  const Found of_node{{Reach::indirect, list}, {Reach::indirect, list}, {Reach::indirect, other},
                      {Reach::possible, 0},    {Reach::reachable, 0},   {Reach::unknown, 0}};
  const auto twice = [](Found found) {
    const Found once = found;
    found.insert(once.begin(), once.end());
    return found;
  };
  EXPECT_EQ(judgements(rows, list), twice(of_list));
  EXPECT_EQ(judgements(rows, other), twice(of_other));
  EXPECT_EQ(judgements(rows, node), twice(of_node));
  EXPECT_EQ(rows.live.size(), 14u) << "equal ones share a row";
  EXPECT_EQ(loaded.view.damaged(), 2u);
  EXPECT_EQ(rows.records, 16u);
}

TEST(HeapRows, WithoutASnapshotNothingIsKnown) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1)});
  builder.live(0x1000, 64, stack);
  builder.live(0x2000, 64, stack);
  builder.reach(0x1000, 64, stack, Reach::definite);
  builder.header().reach.reason = ReachReason::died;
  const LoadedSegment half(builder.packed());
  EXPECT_EQ(heap_rows(half.view).live.at(0).reach, Reach::unknown);
  EXPECT_EQ(heap_rows(half.view).live.size(), 1u);
  builder.header().reach = {};
  const LoadedSegment none(builder.packed());
  EXPECT_EQ(heap_rows(none.view).live.at(0).reach, Reach::unknown);
  EXPECT_EQ(none.view.damaged(), 0u);
}

}  // namespace
}  // namespace leakhook
