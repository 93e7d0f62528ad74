// SPDX-License-Identifier: Apache-2.0
// Records come out decoded and checked; what contradicts itself is counted.
#include "../../../export/segment_view.h"

#include <gtest/gtest.h>

#include "segment_fixture.h"

namespace leakhook {
namespace {

using testing::LoadedSegment;
using testing::place;
using testing::SegmentBuilder;

std::vector<LiveBlock> live_of(const SegmentView& view) {
  std::vector<LiveBlock> blocks;
  view.for_each_live([&](const LiveBlock& block) { blocks.push_back(block); });
  return blocks;
}

TEST(SegmentView, DecodesLiveBlocks) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(0x1000)});
  const NameId name = builder.name("worker");
  builder.live(0x7f0000001230, 77, stack, name, 42);
  builder.live(0x7f0000000000, std::uint64_t{5} << 31, stack, 0, 1);
  const LoadedSegment loaded(builder.packed());
  const auto blocks = live_of(loaded.view);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].address, 0x7f0000000000u);
  EXPECT_EQ(blocks[0].size, std::uint64_t{5} << 31);
  EXPECT_EQ(blocks[1].size, 77u);
  EXPECT_EQ(blocks[1].stack, stack);
  EXPECT_EQ(blocks[1].birth, 42u);
  EXPECT_EQ(loaded.view.thread_name(blocks[1].thread), "worker");
}

TEST(SegmentView, LeavesFreeAndBusySlotsOut) {
  SegmentBuilder builder;
  builder.live(0x1000, 1, 0);
  builder.at<LiveRecord>(Region::live, 7).key = kBusyKey;
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(live_of(loaded.view).size(), 1u);
}

TEST(SegmentView, KeepsTheYoungerRecordOfAnAddress) {
  SegmentBuilder builder;
  builder.live(0x1000, 10, 0, 0, 9);
  builder.live(0x1000, 20, 0, 0, 5);
  const LoadedSegment loaded(builder.packed());
  const auto blocks = live_of(loaded.view);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_EQ(blocks[0].size, 10u);
}

TEST(SegmentView, SkipsRecordsThatChange) {
  SegmentBuilder builder;
  builder.fd(3, Kind::file, 0);
  builder.fd(4, Kind::file, 0).version = 3;
  builder.fd(5, Kind::file, 0).version = 0;
  const LoadedSegment loaded(builder.packed());
  std::vector<std::size_t> numbers;
  loaded.view.for_each_fd([&](std::size_t fd, const FdRecord&) { numbers.push_back(fd); });
  EXPECT_EQ(numbers, std::vector<std::size_t>{3});
}

TEST(SegmentView, WalksStacksInnermostFirst) {
  SegmentBuilder builder;
  const StackId whole = builder.stack({place(1, 7), place(2), place(3)});
  const StackId cut = builder.stack({place(4)}, 1);
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.places(whole).places,
            (std::vector<std::uint64_t>{place(1, 7), place(2), place(3)}));
  EXPECT_TRUE(loaded.view.places(whole).is_whole);
  EXPECT_FALSE(loaded.view.places(cut).is_whole);
  EXPECT_TRUE(loaded.view.places(0).places.empty());
  EXPECT_EQ(loaded.view.damaged(), 0u);
}

TEST(SegmentView, SurvivesCirclesOfNodes) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1), place(2)});
  builder.at<Node>(Region::nodes, 1).parent = 2;
  builder.at<StackRecord>(Region::stacks, stack).depth = 65535;
  const LoadedSegment loaded(builder.packed());
  const StackPlaces places = loaded.view.places(stack);
  EXPECT_LE(places.places.size(), 65535u);
  EXPECT_FALSE(places.is_whole);
  EXPECT_EQ(loaded.view.damaged(), 1u);
}

TEST(SegmentView, SurvivesIdsOutOfRange) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1)});
  builder.at<StackRecord>(Region::stacks, stack).leaf = 0xfffffff0;
  builder.live(0x1000, 1, kMaxStacks - 1, 1023);
  const LoadedSegment loaded(builder.packed());
  const auto blocks = live_of(loaded.view);
  EXPECT_EQ(blocks[0].stack, 0u);
  EXPECT_EQ(loaded.view.thread_name(blocks[0].thread), "");
  EXPECT_TRUE(loaded.view.places(stack).places.empty());
  EXPECT_FALSE(loaded.view.places(stack).is_whole);
  EXPECT_EQ(loaded.view.damaged(), 3u);
}

TEST(SegmentView, TellsTheMarkOfAStack) {
  SegmentBuilder builder;
  const StackId bare = builder.stack({place(1)}), marked = builder.stack({place(1)});
  const StackId beyond = builder.stack({place(1)});
  builder.mark(marked, std::string(124, 's') + ".A\n!");
  builder.at<StackRecord>(Region::stacks, beyond).mark = 2;
  for (const std::string& bytes : {builder.packed(), builder.spread()}) {
    const LoadedSegment loaded(bytes);
    EXPECT_EQ(loaded.view.mark(bare), "");
    EXPECT_EQ(loaded.view.mark(marked), presentable(std::string(124, 's') + ".A\n!"));
    EXPECT_EQ(loaded.view.mark(beyond), "") << "no such mark";
    EXPECT_EQ(loaded.view.mark(1000), "");
  }
}

TEST(SegmentView, FramesOfAllStacksAreBounded) {
  SegmentBuilder builder;
  builder.stack({place(1)});
  builder.at<Node>(Region::nodes, 1).parent = 1;
  constexpr std::size_t kStacks = 20000;
  for (std::size_t i = 1; i < kStacks; ++i) {
    auto& record = builder.at<StackRecord>(Region::stacks, i);
    record.hash = i;
    record.leaf = 1;
    record.depth = 65535;
  }
  const LoadedSegment loaded(builder.packed());
  std::size_t frames = 0;
  for (StackId i = 1; i < kStacks; ++i) frames += loaded.view.places(i).places.size();
  EXPECT_LE(frames, std::size_t{48} << 20);
}

TEST(SegmentView, AddsTheShardsUp) {
  SegmentBuilder builder;
  const StackId stack = builder.stack({place(1)});
  builder.count(stack, 1, 10, 0);
  builder.count(stack, 2, 20, 3);
  builder.count(300, 5, 50, 1);
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.counts(stack).objects, 3u);
  EXPECT_EQ(loaded.view.counts(stack).bytes, 30u);
  EXPECT_EQ(loaded.view.counts(300).objects, 5u);
  EXPECT_EQ(loaded.view.counts(100000).objects, 0u);
  EXPECT_GT(loaded.view.stack_limit(), 300u);
}

TEST(SegmentView, ImpossibleCountsAreLeftOut) {
  SegmentBuilder builder;
  builder.count(1, ~std::uint64_t{0}, 1);
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.counts(1).objects, 0u);
  EXPECT_EQ(loaded.view.damaged(), 1u);
}

TEST(SegmentView, TextsWithoutEndAreCut) {
  SegmentBuilder builder;
  builder.set_text(builder.header().executable, 512, "/x/" + std::string(600, 'e'));
  const NameId name = builder.name(std::string(16, 'n'));
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.executable().size(), 512u);
  EXPECT_EQ(loaded.view.thread_name(name), std::string(16, 'n'));
}

TEST(SegmentView, ImpossibleModulesAreEmpty) {
  SegmentBuilder builder;
  const ModuleId good = builder.module("/lib/a.so", "\x12\xab", 0x1000, 0x1000, 0);
  const ModuleId bad = builder.module("/lib/b.so", "\x12\xab", 0x1000, 0x1000, 0);
  builder.at<ModuleRecord>(Region::modules, bad).build_id_size = 33;
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.modules()[good].path, "/lib/a.so");
  EXPECT_EQ(loaded.view.modules()[bad].end, 0u);
}

TEST(SegmentView, AgesFollowTheBirths) {
  SegmentBuilder builder;  // dumped 100 s after its start
  const LoadedSegment loaded(builder.packed());
  EXPECT_EQ(loaded.view.age_s(1), 100u);
  EXPECT_EQ(loaded.view.age_s(31), 70u);
  EXPECT_EQ(loaded.view.age_s(5000), 0u);
  EXPECT_FALSE(loaded.view.is_inherited(1));
}

TEST(SegmentView, ForkedProcessKnowsWhatItInherited) {
  SegmentBuilder builder;
  builder.header().is_forked = 1;
  builder.header().birth_shift = 2;
  builder.header().inherited_until = 41;
  const LoadedSegment loaded(builder.packed());
  EXPECT_TRUE(loaded.view.is_inherited(41));
  EXPECT_FALSE(loaded.view.is_inherited(42));
  EXPECT_EQ(loaded.view.age_s(42), 60u);
}

TEST(SegmentView, FileOfADeadProcessIsAsOldAsItsYoungestRecord) {
  SegmentBuilder builder;
  builder.header().start_realtime_ns = ~std::uint64_t{0} >> 2;  // after the file was written
  builder.live(0x1000, 1, 0, 0, 51);
  builder.live(0x2000, 1, 0, 0, 21);
  const LoadedSegment loaded(builder.spread());
  EXPECT_EQ(loaded.view.age_s(51), 0u);
  EXPECT_EQ(loaded.view.age_s(21), 30u);
}

}  // namespace
}  // namespace leakhook
