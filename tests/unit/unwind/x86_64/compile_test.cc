// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/compile.cc: what tables of x86-64 become.
#include "../../../../unwind/compile.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>

#include "../call_site.h"
#include "../frames.h"
#include "../tables.h"

namespace leakhook::unwind {
namespace {

Rule compiled(const Code& program, Address distance = 0, const char* augmentation = "zR") {
  Tables tables;
  tables.program = program;
  tables.augmentation = augmentation;
  tables.build();
  Description description;
  Row row;
  if (!tables.find(tables.begin + distance, &description) ||
      !row_at(description, tables.begin + distance, &row)) {
    return Rule();
  }
  return compile_row(description, row, tables.begin + distance);
}

TEST(Compile, StackPointerFrames) {
  const Rule entry = compiled({});
  EXPECT_EQ(entry.kind(), Rule::stack_pointer);
  EXPECT_EQ(entry.offset(), 8);
  EXPECT_EQ(entry.frame_pointer_rule(), Rule::FramePointer::same);
  const Rule saved = compiled({0x0e, 48, 0x86, 2});
  EXPECT_EQ(saved.offset(), 48);
  EXPECT_EQ(saved.frame_pointer_rule(), Rule::FramePointer::at_cfa);
  EXPECT_EQ(saved.slot(), -16);
}

TEST(Compile, FramePointerFrames) {
  const Rule rule = compiled({0x0c, 6, 16, 0x86, 2});
  EXPECT_EQ(rule.kind(), Rule::frame_pointer);
  EXPECT_EQ(rule.offset(), 16);
  EXPECT_EQ(compiled({0x0e, 16, 0x07, 6}).frame_pointer_rule(), Rule::FramePointer::lost);
}

TEST(Compile, OverAlignedFramesWithAlloca) {
  // cfa = *(rbp − 8); rbp is saved where rbp points
  const Rule rule = compiled({0x0f, 3, 0x76, 0x78, 0x06, 0x10, 6, 2, 0x76, 0});
  EXPECT_EQ(rule.kind(), Rule::stored_cfa);
  EXPECT_EQ(rule.offset(), -8);
  EXPECT_EQ(rule.frame_pointer_rule(), Rule::FramePointer::at_own);
}

TEST(Compile, StubOfAPltFolds) {
  const Code plt = {0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
  EXPECT_EQ(compiled(plt, 0x20).kind(), Rule::stack_pointer);
  EXPECT_EQ(compiled(plt, 0x20).offset(), 8);
  EXPECT_EQ(compiled(plt, 0x2b).offset(), 16);
}

TEST(Compile, WhatNeedsMoreIsSaid) {
  EXPECT_EQ(compiled({0x0d, 3}).kind(), Rule::all_registers) << "CFA in rbx";
  EXPECT_EQ(compiled({0x0f, 2, 0x73, 0}).kind(), Rule::all_registers);
  EXPECT_EQ(compiled({0x0f, 6, 0x77, 0, 0x09, 0xf0, 0x1a, 0x96}).kind(), Rule::all_registers)
      << "sp & -16 is no constant distance";
  EXPECT_EQ(compiled({0x09, 6, 3}).kind(), Rule::all_registers) << "rbp in rbx";
  EXPECT_EQ(compiled({0x10, 6, 2, 0x76, 8}).kind(), Rule::all_registers) << "rbp at rbp+8";
  EXPECT_EQ(compiled({0x90, 2}).kind(), Rule::all_registers) << "return address elsewhere";
  EXPECT_EQ(compiled({0x14, 7, 1}).kind(), Rule::all_registers) << "sp by a rule of its own";
}

TEST(Compile, UsualRulesLeadUpwardsByWholeWordsAndSaveInside) {
  EXPECT_EQ(compiled({0x0e, 12}).kind(), Rule::all_registers) << "half words";
  EXPECT_EQ(compiled({0x0e, 0}).kind(), Rule::all_registers) << "cfa = sp: the same place again";
  EXPECT_EQ(compiled({0x13, 1}).kind(), Rule::all_registers) << "cfa = sp - 8";
  EXPECT_EQ(compiled({0x0c, 6, 12}).kind(), Rule::all_registers) << "half words from rbp";
  EXPECT_EQ(compiled({0x0c, 6, 0}).kind(), Rule::frame_pointer);
  EXPECT_EQ(compiled({0x86, 2}).kind(), Rule::stack_pointer) << "rbp at cfa-16";
  EXPECT_EQ(compiled({0x86, 1}).kind(), Rule::all_registers) << "rbp in the return address";
  EXPECT_EQ(compiled({0x11, 6, 0x7f}).kind(), Rule::all_registers) << "rbp at cfa+8";
}

TEST(Compile, UndefinedReturnAddressEndsTheStack) {
  EXPECT_EQ(compiled({0x07, 16}).kind(), Rule::outermost);
}

TEST(Compile, SignalFramesByTheirShape) {
  const Code glibc = {0x0f, 4,    0x77, 0xa0, 0x01, 0x06, 0x10, 6,    3,
                      0x77, 0xf8, 0x00, 0x10, 16,   3,    0x77, 0xa8, 0x01};
  EXPECT_EQ(compiled(glibc, 0, "zRS").kind(), Rule::signal_frame);
  Code other = glibc;
  other[3] = 0xa8;
  EXPECT_EQ(compiled(other, 0, "zRS").kind(), Rule::all_registers);
}

class RealCode : public testing::Test {
 protected:
  static Rule at(Address pc) {
    prepare(nullptr, system_lookup());
    Object object;
    return find_object(pc, &object) ? compile_rule(object, pc) : Rule();
  }
};

TEST_F(RealCode, FunctionsOfThisProgram) {
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_outermost)).kind(), Rule::outermost);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_without_table)).kind(), Rule::no_rule);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_with_cfa_elsewhere)).kind(), Rule::stack_pointer);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_with_cfa_elsewhere) + 4).kind(), Rule::all_registers);
}

struct KernelAction {
  void* handler;
  unsigned long flags;
  void* restorer;
  unsigned long mask;
};

TEST_F(RealCode, RestorerOfTheCLibraryIsASignalFrame) {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigaction(SIGUSR1, &action, nullptr);
  KernelAction seen{};
  ASSERT_EQ(syscall(SYS_rt_sigaction, SIGUSR1, nullptr, &seen, 8), 0);
  const auto restorer = reinterpret_cast<Address>(seen.restorer);
  EXPECT_EQ(at(restorer - 1).kind(), Rule::signal_frame);
  Object object;
  ASSERT_TRUE(find_object(restorer, &object));
  EXPECT_TRUE(is_signal_return(object, restorer));
  EXPECT_FALSE(is_signal_return(object, restorer + 1));
  EXPECT_FALSE(is_signal_return(object, object.end - 1));
}

}  // namespace
}  // namespace leakhook::unwind
