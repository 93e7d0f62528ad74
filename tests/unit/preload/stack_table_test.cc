// SPDX-License-Identifier: Apache-2.0
// Has each stack one id, and does it share the nodes of its callers with the stack before?
#include "../../../preload/ledger/stack_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::kMiB;
using testing::OwnBooks;
using unwind::Address;
using unwind::End;
using Frames = std::vector<Address>;

StackId intern(const Frames& frames, End end = End::outermost) {
  return stack_table::intern(frames, end);
}

/// The addresses of a stack as a reader walks them, innermost first.
Frames frames_of(StackId stack) {
  Frames frames;
  const Node* nodes = segment.records<Node>(Region::nodes);
  for (NodeId node = segment.records<StackRecord>(Region::stacks)[stack].leaf; node != 0;
       node = nodes[node].parent)
    frames.push_back(address_of_place(nodes[node].place));
  return frames;
}

/// The stacks that one thread captures, one after the other.
class Captures {
 public:
  Captures() { last_->prepare(); }

  /// Frames innermost first. `kept`: how many of the outermost ones the capture says are those of
  /// the one before; all that are, if it is not given.
  StackId intern(const Frames& frames, std::uint32_t kept = ~0u) {
    const Frames path(frames.rbegin(), frames.rend());
    const auto common = std::mismatch(path.begin(), path.end(), before_.begin(), before_.end());
    last_->kept = std::min(kept, static_cast<std::uint32_t>(common.first - path.begin()));
    last_->hash_before = last_->hash();
    for (last_->count = 0; last_->count < path.size();) {
      const std::uint64_t hash = unwind::LastStack::step(last_->hash(), path[last_->count]);
      ++last_->count;
      last_->pcs[last_->count] = path[last_->count - 1];
      last_->hashes[last_->count] = hash;
    }
    before_ = path;
    return stack_table::intern(*last_, End::outermost);
  }

 private:
  std::unique_ptr<unwind::LastStack> last_ = std::make_unique<unwind::LastStack>();
  Frames before_;
};

std::uint64_t used(Region region) { return segment.extent(region).used.load(); }

TEST(StackTable, EqualStacksHaveOneId) {
  const OwnBooks books;
  const Frames frames = {0x1003, 0x1002, 0x1001};
  const StackId id = intern(frames);
  EXPECT_NE(id, 0u);
  EXPECT_EQ(intern(frames), id);
  EXPECT_EQ(frames_of(id), frames);
  const StackRecord& record = segment.records<StackRecord>(Region::stacks)[id];
  EXPECT_EQ(record.depth, 3);
  EXPECT_EQ(record.end, 0);
}

TEST(StackTable, DifferentStacksHaveDifferentIds) {
  const OwnBooks books;
  std::set<StackId> ids;
  const std::vector<Frames> all = {{1}, {2}, {1, 2}, {2, 1}, {1, 1}, {1, 1, 1}, {1, 2, 1}};
  for (const Frames& frames : all) {
    const StackId id = intern(frames);
    EXPECT_TRUE(ids.insert(id).second);
    EXPECT_EQ(frames_of(id), frames);
  }
}

TEST(StackTable, NoFramesNoStack) {
  const OwnBooks books;
  EXPECT_EQ(intern({}), 0u);
  EXPECT_EQ(books.losses(), "");
}

TEST(StackTable, SaysHowAStackEnded) {
  const OwnBooks books;
  const StackId id = intern({0x77}, End::no_rule);
  EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[id].end, 2);
}

TEST(StackTable, SharesTheCallersNodesWithTheStackBefore) {
  const OwnBooks books;
  Captures thread;
  const Frames first = {5, 4, 3, 2, 1}, second = {7, 6, 4, 3, 2, 1}, inside = {3, 2, 1};
  thread.intern(first);
  const std::uint64_t before = used(Region::nodes);
  EXPECT_EQ(frames_of(thread.intern(second)), second);
  EXPECT_EQ(used(Region::nodes), before + 2) << "two new frames, two new nodes";
  EXPECT_EQ(frames_of(thread.intern(inside)), inside);
  EXPECT_EQ(used(Region::nodes), before + 2) << "a stack inside of another: none";
  EXPECT_EQ(frames_of(thread.intern(first)), first);
  EXPECT_EQ(used(Region::nodes), before + 2) << "a known stack: none";
  const Frames other = {5, 4, 3, 2, 9}, partly = {8, 4, 3, 2, 9};
  EXPECT_EQ(frames_of(thread.intern(other)), other);
  EXPECT_EQ(used(Region::nodes), before + 7) << "another outermost frame: all";
  EXPECT_EQ(frames_of(thread.intern(partly, 2)), partly);
  EXPECT_EQ(used(Region::nodes), before + 10) << "as many as the capture says";
}

TEST(StackTable, SharesNothingWithAStackThatHadNoRoom) {
  const OwnBooks books(2 * kMiB - 4096);
  Captures thread;
  Address frame = 100;
  while (thread.intern({frame, 2, 1}) != 0) ++frame;
  EXPECT_EQ(thread.intern({3, frame, 2, 1}), 0u) << "it would begin with the one that is not there";
  EXPECT_EQ(frames_of(thread.intern({100, 2, 1})), (Frames{100, 2, 1}));
}

TEST(StackTable, ANewGenerationSharesNoNodesWithTheOldOne) {
  const OwnBooks books;
  Captures thread;
  thread.intern({3, 2, 1});
  stack_table::begin_generation();
  const std::uint64_t before = used(Region::nodes);
  thread.intern({4, 2, 1});
  EXPECT_EQ(used(Region::nodes), before + 3) << "what the addresses mean stands in the nodes";
}

TEST(StackTable, ANewGenerationIsAnotherStack) {
  const OwnBooks books;
  const StackId before = intern({0x1234});
  stack_table::begin_generation();
  const StackId after = intern({0x1234});
  EXPECT_NE(before, after);
  EXPECT_EQ(intern({0x1234}), after);
}

TEST(StackTable, AMarkIsAnotherStackOfTheSameFrames) {
  const OwnBooks books;
  const Frames frames = {3, 2, 1};
  const StackId bare = intern(frames);
  std::set<StackId> ids{bare};
  for (const MarkId mark : {MarkId{1}, MarkId{2}, MarkId{4095}}) {
    stack_table::set_mark(mark);
    const StackId id = intern(frames, End::unreadable);
    EXPECT_TRUE(ids.insert(id).second) << mark;
    EXPECT_EQ(intern(frames), id) << mark;
    EXPECT_EQ(frames_of(id), frames);
    EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[id].mark, mark);
    EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[id].end, 3);
  }
  stack_table::set_mark(0);
  EXPECT_EQ(intern(frames), bare) << "no mark: as before";
  EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[bare].mark, 0);
}

TEST(StackTable, AMarkOutlivesAGeneration) {
  const OwnBooks books;
  stack_table::set_mark(7);
  const StackId before = intern({0x1234});
  stack_table::begin_generation();
  const StackId after = intern({0x1234});
  EXPECT_NE(before, after);
  EXPECT_EQ(segment.records<StackRecord>(Region::stacks)[after].mark, 7);
}

TEST(StackTable, AStackHasTheMarkOfItsHash) {
  const OwnBooks books(64 * kMiB);
  std::atomic<bool> is_over{false};
  std::atomic<int> changes{0};
  std::thread changer([&is_over, &changes] {
    for (MarkId mark = 1; !is_over; mark = mark % 3 + 1, ++changes) stack_table::set_mark(mark);
  });
  Address end = 1;
  while (end < 50'000 && (end < 20'000 || changes < 5'000'000)) intern({end++});
  is_over = true;
  changer.join();
  for (const MarkId mark : {MarkId{1}, MarkId{2}, MarkId{3}}) {
    stack_table::set_mark(mark);
    for (Address frame = 1; frame < end; ++frame)
      ASSERT_EQ(segment.records<StackRecord>(Region::stacks)[intern({frame})].mark, mark);
  }
}

TEST(StackTable, CountsAddUpOverShards) {
  const OwnBooks books;
  StackId last = 0;
  for (Address i = 1; i < 600; ++i) last = intern({i});  // beyond the first block of counts
  for (const StackId stack : {StackId{1}, last})
    for (std::uint32_t shard = 0; shard < kCountShards; ++shard)
      for (std::uint32_t i = 0; i <= shard; ++i) stack_table::count(stack, shard, 1, 100);
  for (StackId stack = 1; stack <= last; ++stack) {
    std::uint64_t objects = 0, bytes = 0;
    for (std::uint32_t shard = 0; shard < kCountShards; ++shard) {
      const auto& counts = segment.records<StackCounts>(Region::counts)[count_index(stack, shard)];
      objects += counts.objects.load(), bytes += counts.bytes.load();
    }
    ASSERT_EQ(objects, stack == 1 || stack == last ? 36u : 0u) << stack;
    ASSERT_EQ(bytes, objects * 100);
  }
}

TEST(StackTable, AFullTableOfStacksIsCounted) {
  const OwnBooks books(2 * kMiB - 4096);  // tables for 1 MiB: 8,192 stacks
  Address frame = 1;
  while (frame < 100'000 && intern({frame}) != 0) ++frame;
  EXPECT_EQ(frame, 8192u) << "all ids but 0";
  EXPECT_EQ(books.counter(Counter::stack_table_full), 1u);
  EXPECT_EQ(intern({1}), 1u) << "known ones are still found";
}

TEST(StackTable, NodesNeverRunIntoTheModules) {
  const OwnBooks books(8 * kMiB - 4096);  // tables for 4 MiB: 131,072 nodes
  const std::uint64_t most = segment.extent(Region::nodes).reserved / sizeof(Node);
  ModuleRecord before{};
  std::memcpy(static_cast<void*>(&before), segment.records<void>(Region::modules), sizeof before);
  Frames frames(500);
  Address next = 1;
  for (std::uint64_t i = 0; i < most / 500 + 10; ++i) {
    for (Address& frame : frames) frame = next++;
    intern(frames);
  }
  EXPECT_LE(used(Region::nodes), most);
  EXPECT_GT(books.counter(Counter::stack_table_full), 0u);
  EXPECT_EQ(std::memcmp(&before, segment.records<void>(Region::modules), sizeof before), 0);
}

TEST(StackTable, ThreadsInternTheSameStacks) {
  const OwnBooks books(256 * kMiB);
  constexpr Address kStacks = 20'000;
  std::vector<std::vector<StackId>> ids(4, std::vector<StackId>(kStacks));
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t)
    threads.emplace_back([&ids, t] {
      for (Address i = 0; i < kStacks; ++i) {
        ids[t][i] = intern({i + 0x10000, i / 10 + 0x1000000, 1});
        stack_table::count(ids[t][i], t, 1, i);
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::uint64_t objects = 0;
  for (Address i = 0; i < kStacks; ++i) {
    std::set<StackId> distinct;
    for (const auto& of_thread : ids) distinct.insert(of_thread[i]);
    ASSERT_EQ(distinct.count(0), 0u);
    for (const StackId id : distinct) {
      ASSERT_EQ(frames_of(id), (Frames{i + 0x10000, i / 10 + 0x1000000, 1}));
      for (std::uint32_t shard = 0; shard < kCountShards; ++shard)
        objects +=
            segment.records<StackCounts>(Region::counts)[count_index(id, shard)].objects.load();
    }
  }
  EXPECT_EQ(objects, 4 * kStacks) << "two ids for one stack are allowed, lost counts are not";
  EXPECT_EQ(books.losses(), "");
}

}  // namespace
}  // namespace leakhook::ledger
