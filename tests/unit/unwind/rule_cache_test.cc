// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/rule.h and unwind/rule_cache.h.
#include "../../../unwind/rule_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace leakhook::unwind {
namespace {

TEST(Rule, KeepsItsParts) {
  for (const std::int32_t offset : {8, -8, 0, 1 << 30, -(1 << 30)}) {
    for (const std::int16_t slot : {-2, 1, 32767, -32768}) {
      const Rule rule(Rule::frame_pointer, offset, Rule::FramePointer::at_cfa, slot);
      EXPECT_EQ(rule.kind(), Rule::frame_pointer);
      EXPECT_EQ(rule.offset(), offset);
      EXPECT_EQ(rule.slot(), 8 * slot);
      EXPECT_EQ(rule.frame_pointer_rule(), Rule::FramePointer::at_cfa);
      EXPECT_EQ(Rule::from_bits(rule.bits()).bits(), rule.bits());
    }
  }
}

TEST(Rule, UsualAreTheTwoConstantForms) {
  EXPECT_TRUE(Rule(Rule::stack_pointer).is_usual());
  EXPECT_TRUE(Rule(Rule::frame_pointer).is_usual());
  for (const auto kind : {Rule::stored_cfa, Rule::signal_frame, Rule::outermost,
                          Rule::all_registers, Rule::no_rule}) {
    EXPECT_FALSE(Rule(kind).is_usual());
  }
}

class RuleCacheTest : public testing::Test {
 protected:
  Rule find(Address pc, bool is_exact = false) {
    return cache_->find(pc, is_exact, cache_->generation());
  }
  void insert(Address pc, std::int32_t offset, bool is_exact = false) {
    cache_->insert(pc, is_exact, cache_->generation(),
                   Rule(Rule::stack_pointer, offset, Rule::FramePointer::same, 0));
  }
  /// Addresses whose rules have the same home.
  static Address same_home(int i) { return 0x401000 + (static_cast<Address>(i) << 32); }
  int found_of_first(int count) {
    int found = 0;
    for (int i = 0; i < count; ++i) {
      const Rule rule = find(same_home(i));
      if (rule.kind() == Rule::absent) continue;
      EXPECT_EQ(rule.offset(), i);
      ++found;
    }
    return found;
  }
  std::unique_ptr<RuleCache> cache_ = std::make_unique<RuleCache>();
};

TEST_F(RuleCacheTest, FindsWhatWasInserted) {
  EXPECT_EQ(find(0x401000).kind(), Rule::absent);
  insert(0x401000, 16);
  insert(0x401001, 24);
  EXPECT_EQ(find(0x401000).offset(), 16);
  EXPECT_EQ(find(0x401001).offset(), 24);
  EXPECT_EQ(find(0x401002).kind(), Rule::absent);
}

TEST_F(RuleCacheTest, InterruptedAndReturnedToAreDifferent) {
  insert(0x401000, 16, true);
  EXPECT_EQ(find(0x401000, false).kind(), Rule::absent);
  EXPECT_EQ(find(0x401000, true).offset(), 16);
}

TEST_F(RuleCacheTest, FourOfOneHomeStayAndTheFirstIsAtHome) {
  for (int i = 0; i < 4; ++i) insert(same_home(i), i);
  EXPECT_EQ(found_of_first(4), 4);
  Rule rule;
  EXPECT_TRUE(cache_->find_at_home(same_home(0), false, cache_->generation(), &rule));
  EXPECT_EQ(rule.offset(), 0);
  EXPECT_FALSE(cache_->find_at_home(same_home(1), false, cache_->generation(), &rule));
}

TEST_F(RuleCacheTest, NewerTakesThePlaceOfOneOfFour) {
  for (int i = 0; i < 20; ++i) {
    insert(same_home(i), i);
    EXPECT_EQ(find(same_home(i)).offset(), i);
    EXPECT_EQ(found_of_first(i + 1), i < 4 ? i + 1 : 4);
  }
}

TEST_F(RuleCacheTest, NoneOfFiveIsAlwaysTheOneThatGoes) {
  int times_away[5] = {};
  for (int i = 0; i < 5; ++i) insert(same_home(i), i);
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 5; ++i) {
      if (find(same_home(i)).kind() != Rule::absent) continue;
      ++times_away[i];
      insert(same_home(i), i);
    }
  }
  for (int i = 0; i < 5; ++i) EXPECT_LT(times_away[i], 100) << i;
}

TEST_F(RuleCacheTest, WhatWasForgottenMakesRoomFirst) {
  for (int i = 0; i < 4; ++i) insert(same_home(10 + i), 10 + i);
  cache_->forget();
  for (int i = 0; i < 4; ++i) insert(same_home(i), i);
  EXPECT_EQ(found_of_first(4), 4);
}

TEST_F(RuleCacheTest, ForgetsAllAndForGood) {
  insert(0x401000, 16);
  const RuleCache::Generation first = cache_->generation();
  for (int i = 0; i < 3 * 65536; ++i) {  // the number in the key goes around three times
    cache_->forget();
    ASSERT_EQ(find(0x401000).kind(), Rule::absent) << i;
    ASSERT_NE(cache_->generation(), first) << "what others remember would come back to life";
  }
}

TEST_F(RuleCacheTest, RuleMadeBeforeForgettingIsNotFoundAfter) {
  const RuleCache::Generation before = cache_->generation();
  cache_->forget();
  cache_->insert(0x401000, false, before, Rule(Rule::outermost));
  EXPECT_EQ(find(0x401000).kind(), Rule::absent);
}

TEST_F(RuleCacheTest, TornEntriesAreMisses) {
  // Ten addresses fight for four entries; each must only ever see its own rule.
  const auto fight = [&](int me) {
    for (int i = 0; i < 300000; ++i) {
      const int which = me + 2 * (i % 5);
      insert(same_home(which), which);
      const Rule rule = find(same_home(which));
      if (rule.kind() == Rule::absent) continue;
      ASSERT_EQ(rule.offset(), which);
    }
  };
  std::thread other(fight, 1);
  fight(0);
  other.join();
}

}  // namespace
}  // namespace leakhook::unwind
