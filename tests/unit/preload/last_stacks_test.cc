// SPDX-License-Identifier: Apache-2.0
// Has each thread a last stack of its own, and is one that was given back used again?
#include "../../../preload/ledger/last_stacks.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "../../../preload/ledger/moment.h"
#include "own_books.h"

namespace leakhook::ledger {
namespace {

using testing::in_child;
using testing::OwnBooks;
using unwind::LastStack;

/// As many as any test below takes at once, all different; given back at the end.
class Taken {
 public:
  explicit Taken(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) stacks_.push_back(last_stacks::take());
  }
  ~Taken() {
    for (RememberedStacks* stack : stacks_) last_stacks::give_back(stack);
  }
  const std::vector<RememberedStacks*>& stacks() const { return stacks_; }
  std::set<RememberedStacks*> distinct() const { return {stacks_.begin(), stacks_.end()}; }

 private:
  std::vector<RememberedStacks*> stacks_;
};

TEST(LastStacks, AreDifferentAndReady) {
  const Taken taken(100);
  EXPECT_EQ(taken.distinct().size(), 100u);
  for (RememberedStacks* stack : taken.stacks()) {
    ASSERT_NE(stack, nullptr);
    EXPECT_EQ(stack->last.known, 0u);
    EXPECT_EQ(stack->last.slots[0], ~unwind::Address{0}) << "the border";
    stack->last.slots[LastStack::kRoom - 1] = 1;  // all of it may be written
  }
}

TEST(LastStacks, WhatWasGivenBackIsTakenAgain) {
  std::set<RememberedStacks*> first;
  { first = Taken(100).distinct(); }
  for (int round = 0; round < 1000; ++round)
    ASSERT_EQ(first.count(Taken(1).stacks()[0]), 1u) << "no memory is mapped for it";
}

TEST(LastStacks, NextOwnerFindsNothingRemembered) {
  RememberedStacks* stack = last_stacks::take();
  stack->last.known = stack->last.count = 7;
  stack->last.in_use_at = 0x1000;
  last_stacks::give_back(stack);
  RememberedStacks* again = last_stacks::take();
  ASSERT_EQ(again, stack) << "last in, first out";
  EXPECT_EQ(again->last.known, 0u);
  EXPECT_EQ(again->last.in_use_at, 0u);
  last_stacks::give_back(again);
}

TEST(LastStacks, NoTwoThreadsHaveOneAtATime) {
  std::atomic<int> shared{0}, none{0};
  std::vector<std::thread> threads;
  for (std::uint64_t t = 1; t <= 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20'000; ++i) {
        RememberedStacks* stack = last_stacks::take();
        if (stack == nullptr) {
          ++none;
          continue;
        }
        auto& mine = reinterpret_cast<std::atomic<std::uint64_t>&>(stack->last.high);
        mine.store(t);
        shared += mine.load() != t;
        last_stacks::give_back(stack);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared.load(), 0);
  EXPECT_EQ(none.load(), 0);
}

TEST(LastStacks, AForkedChildKeepsItsOwnAlone) {
  const Taken taken(20);
  RememberedStacks* mine = taken.stacks()[3];
  EXPECT_EQ(in_child([&] {
              last_stacks::keep_only(mine);
              const Taken all(200);  // more than were ever taken here
              std::set<RememberedStacks*> again = all.distinct();
              if (again.count(mine) != 0 || again.count(nullptr) != 0) return false;
              // Those of threads that are gone are among them.
              const std::size_t before = again.size();
              for (RememberedStacks* stack : taken.stacks()) again.insert(stack);
              return again.size() == before + 1;
            }),
            0);
}

/// Without a chance to give it back (a thread that no hook saw start) there is none to have.
TEST(LastStacks, AThreadOfUnknownOriginHasNone) {
  const OwnBooks books;
  bool has_one = true;
  std::thread([&] {
    (void)take_moment(LEAKHOOK_CALLER);
    has_one = this_thread.remembered != nullptr;
  }).join();
  EXPECT_FALSE(has_one);
  (void)take_moment(LEAKHOOK_CALLER);
  (void)take_moment(LEAKHOOK_CALLER);
  EXPECT_NE(this_thread.remembered, nullptr) << "the main thread of the books";
}

}  // namespace
}  // namespace leakhook::ledger
