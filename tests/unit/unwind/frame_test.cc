// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/frame.cc.
#include "../../../unwind/frame.h"

#include <gtest/gtest.h>
#include <ucontext.h>

#include <type_traits>

#include "call_site.h"
#include "machine.h"
#include "of_machine.h"

namespace leakhook::unwind {
namespace {

class FrameTest : public testing::Test {
 protected:
  Address at(int index) const { return reinterpret_cast<Address>(&stack_[index]); }
  Step follow(Frame* frame) {
    CheckedWords words({at(0), at(4096)});
    return follow_frame_pointer(frame, &words);
  }
  std::uint64_t stack_[4096] = {};
};

TEST_F(FrameTest, FollowsACredibleChain) {
  stack_[4] = at(8);
  stack_[5] = 0x500123;
  Frame frame{0x700000, at(2), at(4), false};
  ASSERT_EQ(follow(&frame), Step::moved);
  EXPECT_EQ(frame.pc, 0x500123u);
  EXPECT_EQ(frame.sp, at(6));
  EXPECT_EQ(frame.fp, at(8));
  EXPECT_FALSE(frame.is_exact);
}

TEST_F(FrameTest, ChainEndsAtZero) {
  stack_[4] = 0;
  stack_[5] = 0x500123;
  Frame frame{0x700000, at(2), at(4), false};
  EXPECT_EQ(follow(&frame), Step::moved);
  EXPECT_EQ(frame.fp, 0u);
  EXPECT_EQ(follow(&frame), Step::no_rule);
  stack_[5] = 0;
  frame = {0x700000, at(2), at(4), false};
  EXPECT_EQ(follow(&frame), Step::outermost);
}

TEST_F(FrameTest, DoesNotFollowWhatIsNoFramePointer) {
  stack_[4] = at(8);
  stack_[5] = 0x500123;
  const auto refuses = [&](Address sp, Address fp) {
    Frame frame{0x700000, sp, fp, false};
    return follow(&frame) == Step::no_rule && frame.fp == fp;
  };
  EXPECT_TRUE(refuses(at(5), at(4))) << "below the stack pointer";
  EXPECT_TRUE(refuses(at(2), at(4) + 1)) << "unaligned";
  EXPECT_TRUE(refuses(0, 8)) << "unreadable";
  EXPECT_TRUE(refuses(at(2), 0x4141414141414140)) << "no address";
  stack_[3000] = at(3008);
  stack_[3001] = 0x500123;
  EXPECT_TRUE(refuses(at(2), at(3000))) << "far away: of another stack";
  stack_[3000] = 0;
  EXPECT_TRUE(refuses(at(2), at(3000))) << "far away, and a chain's end";
  stack_[4] = at(3000);
  EXPECT_TRUE(refuses(at(2), at(4))) << "followed by one far away";
  stack_[4] = at(4);
  EXPECT_TRUE(refuses(at(2), at(4))) << "a chain that does not rise";
  stack_[4] = at(8);
  stack_[5] = 17;
  EXPECT_TRUE(refuses(at(2), at(4))) << "code in the first page";
  stack_[5] = Address{1} << 60;
  EXPECT_TRUE(refuses(at(2), at(4))) << "code in the kernel's half";
}

/// What lies on the stack when a handler has returned.
struct SignalStack {
  char before[kContextAt + 16];
  ucontext_t context;
  Address sp() const { return reinterpret_cast<Address>(&context) - kContextAt; }
  void set(unsigned number, Address value) {
    auto& place = place_in(context, number);
    place = static_cast<std::decay_t<decltype(place)>>(value);
  }
};

TEST(SignalFrame, SlotsAreTheUcontexts) {
  static SignalStack stack{};
  for (unsigned i = 0; i < machine::kRegisters; ++i) {
    const Address place = reinterpret_cast<Address>(&place_in(stack.context, i));
    EXPECT_EQ(place - stack.sp(), static_cast<Address>(machine::kContextSlot[i])) << i;
  }
}

TEST(SignalFrame, LeavesToTheInterruptedCode) {
  static SignalStack stack{};
  const Address sp = stack.sp();
  stack.set(machine::kProgramCounter, 0x500000);
  stack.set(machine::kStackPointer, sp + 4096);
  stack.set(machine::kFramePointer, 77);
  CheckedWords words({sp, sp + sizeof stack});
  Frame frame{0x700000, sp, 0, false};
  int changes = 0;
  ASSERT_EQ(leave_signal_frame(&frame, &words, &changes), Step::moved);
  EXPECT_EQ(frame.pc, 0x500000u);
  EXPECT_EQ(frame.sp, sp + 4096);
  EXPECT_EQ(frame.fp, 77u);
  EXPECT_TRUE(frame.is_exact);
  EXPECT_EQ(changes, 0);
}

TEST(SignalFrame, LowerStacksAreFollowedAFewTimesOnly) {
  static SignalStack stack{};
  const Address sp = stack.sp();
  stack.set(machine::kProgramCounter, 0x500000);
  stack.set(machine::kStackPointer, sp);  // itself: would never end
  CheckedWords words({0, 0});
  Frame frame{0x700000, sp, 0, false};
  int changes = 0;
  for (int i = 0; i < kMaxStackChanges; ++i) {
    ASSERT_EQ(leave_signal_frame(&frame, &words, &changes), Step::moved);
  }
  EXPECT_EQ(leave_signal_frame(&frame, &words, &changes), Step::unreadable);
}

}  // namespace
}  // namespace leakhook::unwind
