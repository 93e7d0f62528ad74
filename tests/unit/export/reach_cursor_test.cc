// SPDX-License-Identifier: Apache-2.0
// Blocks get the word of their record; a record that speaks of something else gives none.
#include "../../../export/reach_cursor.h"

#include <gtest/gtest.h>

#include <vector>

namespace leakhook {
namespace {

constexpr std::uint64_t kSize = 24;
constexpr StackId kStack = 7, kOther = 8;

ReachRecord record(std::uint64_t address, Reach reach, std::uint32_t leader, StackId stack = kStack,
                   std::uint64_t size = kSize) {
  return {address, ReachRecord::encode(size, reach), stack, leader};
}

Judgement judged(const std::vector<ReachRecord>& records, std::uint64_t address,
                 LiveValue block = {kSize, kStack, 0}, std::uint64_t* damaged = nullptr) {
  ReachCursor cursor(records);
  const Judgement judgement = cursor.of(address, block);
  if (damaged) *damaged = cursor.damaged();
  return judgement;
}

TEST(ReachCursor, BlocksWithoutARecordAreReachable) {
  EXPECT_EQ(judged({}, 0x1000).reach, Reach::reachable);
  EXPECT_EQ(judged({record(0x2000, Reach::possible, kNoLeader)}, 0x1000).reach, Reach::reachable);
}

TEST(ReachCursor, WordsComeWithTheStackOfTheLeader) {
  const std::vector<ReachRecord> records{
      record(0x1000, Reach::indirect, 2), record(0x2000, Reach::possible, kNoLeader),
      record(0x3000, Reach::definite, 2, kOther), record(0x4000, Reach::indirect, 2)};
  ReachCursor cursor(records);
  const auto expect = [&](std::uint64_t address, StackId stack, Reach reach, StackId cause) {
    const Judgement judgement = cursor.of(address, {kSize, stack, 0});
    EXPECT_EQ(judgement.reach, reach) << address;
    EXPECT_EQ(judgement.cause, cause) << address;
  };
  expect(0x1000, kStack, Reach::indirect, kOther);
  expect(0x1800, kStack, Reach::reachable, 0);
  expect(0x2000, kStack, Reach::possible, 0);
  expect(0x3000, kOther, Reach::definite, kOther);
  expect(0x4000, kStack, Reach::indirect, kOther);
  expect(0x5000, kStack, Reach::reachable, 0);
  EXPECT_EQ(cursor.damaged(), 0u);
}

TEST(ReachCursor, ARecordOfAnotherBlockTellsNothing) {
  const std::vector<ReachRecord> records{record(0x1000, Reach::definite, 0)};
  std::uint64_t damaged = 0;
  EXPECT_EQ(judged(records, 0x1000, {kSize, kStack, 3}, &damaged).reach, Reach::definite);
  EXPECT_EQ(damaged, 0u);
  EXPECT_EQ(judged(records, 0x1000, {kSize + 1, kStack, 0}, &damaged).reach, Reach::unknown);
  EXPECT_EQ(damaged, 1u);
  EXPECT_EQ(judged(records, 0x1000, {kSize, kOther, 0}, &damaged).reach, Reach::unknown);
  EXPECT_EQ(damaged, 1u);
}

TEST(ReachCursor, HugeBlocksAreComparedAsTheLiveTableHasThem) {
  const auto huge = record(0x1000, Reach::definite, 0, kStack, std::uint64_t{1} << 45);
  EXPECT_EQ(judged({huge}, 0x1000, {LiveValue::kHugeSizes - 1, kStack, 0}).reach, Reach::definite);
}

TEST(ReachCursor, WordsThatContradictThemselvesTellNothing) {
  for (const Reach word : {Reach::unknown, Reach::reachable, static_cast<Reach>(77)}) {
    std::uint64_t damaged = 0;
    EXPECT_EQ(judged({record(0x1000, word, 0)}, 0x1000, {kSize, kStack, 0}, &damaged).reach,
              Reach::unknown);
    EXPECT_EQ(damaged, 1u);
  }
}

TEST(ReachCursor, LeadersMustBeLostBlocks) {
  for (const std::uint32_t leader : {1u, 2u, 99u, kNoLeader}) {
    std::uint64_t damaged = 0;
    const std::vector<ReachRecord> records{record(0x1000, Reach::indirect, leader),
                                           record(0x2000, Reach::possible, kNoLeader)};
    EXPECT_EQ(judged(records, 0x1000, {kSize, kStack, 0}, &damaged).reach, Reach::unknown);
    EXPECT_EQ(damaged, 2u) << "and the second record speaks of no block";
  }
}

TEST(ReachCursor, RecordsWithoutABlockAreCounted) {
  const std::vector<ReachRecord> records{record(0x1000, Reach::definite, 0),
                                         record(0x2000, Reach::definite, 1),
                                         record(0x3000, Reach::definite, 2)};
  std::uint64_t damaged = 0;
  EXPECT_EQ(judged(records, 0x2000, {kSize, kStack, 0}, &damaged).reach, Reach::definite);
  EXPECT_EQ(damaged, 2u);
}

TEST(ReachCursor, RecordsOutOfOrderTellNothing) {
  for (const std::uint64_t second : {std::uint64_t{0x1000}, std::uint64_t{0x2000}}) {
    const std::vector<ReachRecord> records{record(0x2000, Reach::definite, 0),
                                           record(second, Reach::definite, 1)};
    std::uint64_t damaged = 0;
    for (const std::uint64_t address : {0x1000, 0x2000, 0x3000})
      EXPECT_EQ(judged(records, address, {kSize, kStack, 0}, &damaged).reach, Reach::unknown);
    EXPECT_EQ(damaged, 2u);
  }
}

}  // namespace
}  // namespace leakhook
