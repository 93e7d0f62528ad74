// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/frame.cc.
#include "../../../unwind/frame.h"

#include <gtest/gtest.h>
#include <ucontext.h>

#include "call_site.h"
#include "machine.h"

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

TEST(SignalFrame, SlotsAreTheUcontexts) {
  ucontext_t context{};
  const auto slot = [&](const greg_t& place) {
    return reinterpret_cast<const char*>(&place) - reinterpret_cast<const char*>(&context);
  };
  constexpr int kInDwarfOrder[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                   REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                   REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
  for (unsigned i = 0; i < machine::kRegisters; ++i) {
    EXPECT_EQ(slot(context.uc_mcontext.gregs[kInDwarfOrder[i]]), machine::kContextSlot[i]) << i;
  }
}

TEST(SignalFrame, LeavesToTheInterruptedCode) {
  alignas(8) ucontext_t context{};
  const auto sp = reinterpret_cast<Address>(&context);
  context.uc_mcontext.gregs[REG_RIP] = 0x500000;
  context.uc_mcontext.gregs[REG_RSP] = static_cast<greg_t>(sp + 4096);
  context.uc_mcontext.gregs[REG_RBP] = 77;
  CheckedWords words({sp, sp + sizeof context});
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
  alignas(8) ucontext_t context{};
  const auto sp = reinterpret_cast<Address>(&context);
  context.uc_mcontext.gregs[REG_RIP] = 0x500000;
  context.uc_mcontext.gregs[REG_RSP] = static_cast<greg_t>(sp);  // itself: would never end
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
