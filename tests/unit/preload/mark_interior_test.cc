// SPDX-License-Identifier: Apache-2.0
// Is each kind of interior pointer that C++ programs keep alone recognised, and nothing that only
// resembles it?
#include <gtest/gtest.h>

#include "../../../preload/mark/interior.h"
#include "mark_heap.h"

namespace leakhook::mark {
namespace {

TEST(MarkInterior, NewArrayBehindItsCount) {
  TestHeap heap;
  const auto block = heap.add(8 + 7 * 24);
  heap.write(block, 7);
  heap.roots = {block + 8};
  EXPECT_EQ(heap.reach_of(block), Reach::reachable);
  heap.roots = {block + 16};
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "not the first element";
  heap.roots = {block + 8};
  heap.write(block, 5);
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "5 does not divide it";
  heap.write(block, 0);
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "nor does 0";
}

TEST(MarkInterior, NewArrayOfNothingBehindItsCount) {
  TestHeap heap;
  const auto block = heap.add(8);
  heap.roots = {block + 8};
  EXPECT_EQ(heap.reach_of(block), Reach::reachable);
  heap.write(block, 1);
  EXPECT_EQ(heap.reach_of(block), Reach::definite);
  TestHeap at_border;  // 8-byte grains, and the last of a page of these
  const auto last = at_border.add(at_border.start() + 2040, 8);
  at_border.roots = {last + 8};
  EXPECT_EQ(at_border.reach_of(last), Reach::reachable);
}

TEST(MarkInterior, LengthOfWhatFollows) {
  TestHeap heap;
  const auto block = heap.add(8 + 1001);
  heap.roots = {block + 8};
  heap.write(block, 1001);
  EXPECT_EQ(heap.reach_of(block), Reach::reachable);
  heap.write(block, 1002);
  EXPECT_EQ(heap.reach_of(block), Reach::possible);
}

TEST(MarkInterior, StringsOfOldBehindTheirHead) {
  TestHeap heap;
  const auto block = heap.add(24 + 30 + 1);
  heap.write(block + 8, 30);
  for (const std::uint64_t length : {0, 12, 30}) {
    heap.write(block, length);
    heap.roots = {block + 24};
    EXPECT_EQ(heap.reach_of(block), Reach::reachable) << length;
  }
  heap.roots = {block + 25};
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "not its first character";
  heap.roots = {block + 24};
  heap.write(block, 31);
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "longer than its capacity";
  heap.write(block, 12);
  heap.write(block + 8, 29);
  EXPECT_EQ(heap.reach_of(block), Reach::possible) << "the block has another capacity";
}

/// A heap, a module with code and tables of functions.
class MarkInteriorOfObjects : public ::testing::Test {
 protected:
  MarkInteriorOfObjects()
      : object_(heap_.add(64)), code_(heap_.start() + 65536), table_(code_ + 4096) {
    heap_.modules = {{code_, code_ + 4096}, {table_, table_ + 4096}};
    heap_.write(table_, code_ + 16);
    heap_.write(table_ + 8, code_ + 32);
    heap_.write(table_ + 64, code_ + 48);
    heap_.write(table_ + 80, code_ + 64);
    heap_.write(object_, table_);
    heap_.write(object_ + 32, table_ + 64);
    heap_.root(object_ + 32);
  }

  TestHeap heap_;
  std::uint64_t object_;
  std::uint64_t code_;
  std::uint64_t table_;
};

TEST_F(MarkInteriorOfObjects, SecondTableOfAnObjectWithTwo) {
  EXPECT_EQ(heap_.reach_of(object_), Reach::reachable);
}

TEST_F(MarkInteriorOfObjects, NotWithoutTheFirstTable) {
  heap_.write(object_, object_);
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

TEST_F(MarkInteriorOfObjects, NotWithoutTheSecondTable) {
  heap_.write(object_ + 32, 0);
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

TEST_F(MarkInteriorOfObjects, NotWhenTheTableIsInNoModule) {
  heap_.modules.pop_back();
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

TEST_F(MarkInteriorOfObjects, NotWhenTheTableHoldsOtherThanFunctions) {
  heap_.write(table_ + 80, table_);
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

TEST_F(MarkInteriorOfObjects, NotWithOneFunctionOnly) {
  heap_.write(table_ + 80, 0);
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

TEST_F(MarkInteriorOfObjects, ReadsNoTableBeyondItsModule) {
  heap_.write(object_ + 32, table_ + 4096 - 8);
  heap_.write(table_ + 4096 - 8, code_);
  heap_.write(table_ + 4096, code_);
  EXPECT_EQ(heap_.reach_of(object_), Reach::possible);
}

}  // namespace
}  // namespace leakhook::mark
