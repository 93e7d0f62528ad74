// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/compile.cc: what tables of AArch64 become.
#include "../../../../unwind/compile.h"

#include <gtest/gtest.h>

#include "../call_site.h"
#include "../frames.h"
#include "../tables.h"

namespace leakhook::unwind {
namespace {

/// The CFA is the stack pointer at entry, the return address in x30.
Rule compiled(const Code& program, const char* augmentation = "zR") {
  Tables tables;
  tables.shared = {0x0c, 31, 0};
  tables.return_register = 30;
  tables.program = program;
  tables.augmentation = augmentation;
  tables.build();
  Description description;
  Row row;
  if (!tables.find(tables.begin, &description) || !row_at(description, tables.begin, &row)) {
    return Rule();
  }
  return compile_row(description, row, tables.begin);
}

TEST(Compile, RecordsOfFramePointerAndReturnAddress) {
  const Rule lower = compiled({0x0e, 48, 0x9d, 6, 0x9e, 5});  // x29 at cfa-48, x30 at cfa-40
  EXPECT_EQ(lower.kind(), Rule::stack_pointer);
  EXPECT_EQ(lower.offset(), 48);
  EXPECT_EQ(lower.frame_pointer_rule(), Rule::FramePointer::at_cfa);
  EXPECT_EQ(machine::return_slot(lower.slot()), -40);
  EXPECT_EQ(machine::frame_pointer_slot(lower.slot()), -48);
  const Rule upper = compiled({0x0e, 48, 0x9d, 2, 0x9e, 1});
  EXPECT_EQ(machine::return_slot(upper.slot()), -8);
  EXPECT_EQ(machine::frame_pointer_slot(upper.slot()), -16);
}

TEST(Compile, ReturnAddressAlone) {
  const Rule rule = compiled({0x0e, 32, 0x9e, 4});
  EXPECT_EQ(rule.kind(), Rule::stack_pointer);
  EXPECT_EQ(rule.frame_pointer_rule(), Rule::FramePointer::same);
  EXPECT_EQ(machine::return_slot(rule.slot()), -32);
}

TEST(Compile, FramePointerFrames) {
  const Rule rule = compiled({0x0c, 29, 16, 0x9d, 2, 0x9e, 1});
  EXPECT_EQ(rule.kind(), Rule::frame_pointer);
  EXPECT_EQ(rule.offset(), 16);
}

TEST(Compile, SignedReturnAddressesAreNoHindrance) {
  EXPECT_EQ(compiled({0x2d, 0x0e, 16, 0x9d, 2, 0x9e, 1}, "zRB").kind(), Rule::stack_pointer);
}

TEST(Compile, WhatNeedsMoreIsSaid) {
  EXPECT_EQ(compiled({0x0e, 16}).kind(), Rule::all_registers) << "return address in its register";
  EXPECT_EQ(compiled({0x0e, 32, 0x9d, 2, 0x9e, 3}).kind(), Rule::all_registers)
      << "the record's words the other way round";
  EXPECT_EQ(compiled({0x0e, 32, 0x9d, 4, 0x9e, 1}).kind(), Rule::all_registers) << "no record";
  EXPECT_EQ(compiled({0x0d, 19, 0x9e, 1}).kind(), Rule::all_registers) << "CFA in x19";
  EXPECT_EQ(compiled({0x0e, 16, 0x11, 30, 0x7f}).kind(), Rule::all_registers) << "x30 at cfa+8";
  EXPECT_EQ(compiled({0x0e, 8, 0x9e, 1, 0x14, 31, 1}).kind(), Rule::all_registers) << "sp by a rule";
}

TEST(Compile, UndefinedReturnAddressEndsTheStack) {
  EXPECT_EQ(compiled({0x07, 30}).kind(), Rule::outermost);
}

TEST(Compile, FunctionsOfThisProgram) {
  prepare(nullptr, system_lookup());
  const auto at = [](Address pc) {
    Object object;
    return find_object(pc, &object) ? compile_rule(object, pc) : Rule();
  };
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_outermost)).kind(), Rule::outermost);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_without_table)).kind(), Rule::no_rule);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_with_cfa_elsewhere)).kind(), Rule::all_registers);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_with_cfa_elsewhere) + 4).kind(),
            Rule::stack_pointer);
  EXPECT_EQ(at(reinterpret_cast<Address>(&frame_with_cfa_elsewhere) + 8).kind(),
            Rule::all_registers);
}

/// As the kernel's own page has it; nothing that a test could rely on shows where that is.
alignas(8) const std::uint32_t kReturn[] = {0xd2801168, 0xd4000001, 0xd503201f};

TEST(Compile, CodeThatReturnsFromSignalsIsKnown) {
  prepare(nullptr, system_lookup());
  const auto code = reinterpret_cast<Address>(kReturn);
  Object object;
  ASSERT_TRUE(find_object(code, &object));
  EXPECT_TRUE(is_signal_return(object, code));
  EXPECT_FALSE(is_signal_return(object, code + 4));
}

}  // namespace
}  // namespace leakhook::unwind
