// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/cfi_program.cc.
#include "../../../unwind/cfi_program.h"

#include <gtest/gtest.h>

#include "tables.h"

namespace leakhook::unwind {
namespace {

class CfiProgram : public testing::Test {
 protected:
  bool run(Address distance, Code program) {
    tables_.program = std::move(program);
    return run_again(distance);
  }
  bool run_again(Address distance) {
    tables_.build();
    return tables_.find(tables_.begin + distance, &description_) &&
           row_at(description_, tables_.begin + distance, &row_);
  }
  void expect(unsigned number, Where where, std::int32_t value) {
    EXPECT_EQ(row_.where[number], where) << "register " << number;
    EXPECT_EQ(row_.value[number], value) << "register " << number;
  }

  Tables tables_;
  Description description_;
  Row row_;
};

TEST_F(CfiProgram, StartsWithTheSharedRow) {
  ASSERT_TRUE(run(0, {}));
  EXPECT_EQ(row_.cfa_register, 7);
  EXPECT_EQ(row_.cfa_value, 8);
  expect(16, Where::at_cfa, -8);
  expect(6, Where::unsaid, 0);
}

TEST_F(CfiProgram, StopsAtTheAddress) {
  // after 1 byte cfa+16 and rbp at -16; after 3 more the cfa is in rbp
  const Code push_and_move = {0x41, 0x0e, 16, 0x86, 2, 0x43, 0x0d, 6};
  ASSERT_TRUE(run(0, push_and_move));
  EXPECT_EQ(row_.cfa_value, 8);
  ASSERT_TRUE(run(1, push_and_move));
  EXPECT_EQ(row_.cfa_value, 16);
  EXPECT_EQ(row_.cfa_register, 7);
  expect(6, Where::at_cfa, -16);
  ASSERT_TRUE(run(3, push_and_move));
  EXPECT_EQ(row_.cfa_register, 7);
  ASSERT_TRUE(run(4, push_and_move));
  EXPECT_EQ(row_.cfa_register, 6);
}

TEST_F(CfiProgram, AdvancesByAllSizes) {
  const Code program = {0x02, 0x10, 0x0e, 16, 0x03, 0x10, 0x00, 0x0e,
                        24,   0x04, 0x10, 0,  0,    0,    0x0e, 32};
  const int expected[] = {8, 16, 24, 32};
  for (Address step = 0; step < 4; ++step) {
    ASSERT_TRUE(run(0x10 * step, program));
    EXPECT_EQ(row_.cfa_value, expected[step]);
  }
  ASSERT_TRUE(run(0x30, {0x01, 0x20, 0x00, 0x50, 0, 0, 0, 0, 0, 0x0e, 40}));  // set_loc begin+0x20
  EXPECT_EQ(row_.cfa_value, 40);
}

TEST_F(CfiProgram, RemembersAndRestores) {
  const Code epilogue = {0x86, 2, 0x0e, 16, 0x0a, 0x41, 0xc6, 0x0c, 7, 8, 0x41, 0x0b};
  ASSERT_TRUE(run(1, epilogue));
  expect(6, Where::unsaid, 0);
  EXPECT_EQ(row_.cfa_value, 8);
  ASSERT_TRUE(run(2, epilogue));
  expect(6, Where::at_cfa, -16);
  EXPECT_EQ(row_.cfa_value, 16) << "the CFA belongs to the state";
}

TEST_F(CfiProgram, RestoresToTheSharedRow) {
  ASSERT_TRUE(run(0, {0x90, 5, 0xd0}));
  expect(16, Where::at_cfa, -8);
  ASSERT_TRUE(run(0, {0x90, 5, 0x06, 16}));
  expect(16, Where::at_cfa, -8);
}

TEST_F(CfiProgram, RefusesMoreStatesThanItKeeps) {
  EXPECT_TRUE(run(0, Code(4, 0x0a)));
  EXPECT_FALSE(run(0, Code(5, 0x0a)));
  EXPECT_FALSE(run(0, {0x0b})) << "nothing to restore";
}

TEST_F(CfiProgram, KnowsEveryRegisterRule) {
  ASSERT_TRUE(run(0, {0x05, 3, 4, 0x07, 12, 0x08, 13,   0x09, 14, 3,    0x11, 15,  0x7e,
                      0x14, 2, 1, 0x15, 1,  0x7f, 0x2f, 8,    2,  0x2e, 0x80, 0x01}));
  expect(3, Where::at_cfa, -32);
  expect(12, Where::lost, 0);
  expect(13, Where::same, 0);
  expect(14, Where::in_register, 3);
  expect(15, Where::at_cfa, 16);
  expect(2, Where::cfa_plus, -8);
  expect(1, Where::cfa_plus, 8);
  expect(8, Where::at_cfa, 16);
}

TEST_F(CfiProgram, SignedFormsOfTheCfa) {
  ASSERT_TRUE(run(0, {0x12, 6, 0x7e}));
  EXPECT_EQ(row_.cfa_register, 6);
  EXPECT_EQ(row_.cfa_value, 16);
  ASSERT_TRUE(run(0, {0x13, 0x7c}));
  EXPECT_EQ(row_.cfa_value, 32);
}

TEST_F(CfiProgram, FindsExpressionsAgain) {
  ASSERT_TRUE(run(0, {0x0f, 2, 0x76, 0x78, 0x10, 6, 3, 0x76, 0, 0x06, 0x16, 3, 1, 0x35}));
  EXPECT_EQ(row_.cfa_register, Row::kByExpression);
  Bytes cfa = expression_at(description_, row_.cfa_value);
  EXPECT_EQ(cfa.end() - cfa.at(), 2u);
  EXPECT_EQ(cfa.next<std::uint8_t>(), 0x76);
  EXPECT_EQ(row_.where[6], Where::at_expression);
  Bytes slot = expression_at(description_, row_.value[6]);
  EXPECT_EQ(slot.end() - slot.at(), 3u);
  EXPECT_EQ(row_.where[3], Where::expression);
}

// The half that stays would be taken for the place of an expression, anywhere in memory.
TEST_F(CfiProgram, RefusesToChangeHalfOfAnExpression) {
  const Code by_expression = {0x0f, 2, 0x77, 8};
  for (const Code& half : {Code{0x0e, 16}, Code{0x0d, 6}, Code{0x13, 0xff, 0xff, 0x03}}) {
    Code program = by_expression;
    program.insert(program.end(), half.begin(), half.end());
    EXPECT_FALSE(run(0, program)) << int{half[0]};
    program.insert(program.begin() + 4, {0x0c, 7, 8});
    EXPECT_TRUE(run(0, program)) << "a whole one before it";
  }
}

TEST_F(CfiProgram, IgnoresRegistersBeyondOurs) {
  ASSERT_TRUE(run(0, {0x05, 33, 4, 0x06, 33, 0x07, 60}));
  EXPECT_FALSE(run(0, {0x0c, 33, 8})) << "but the CFA cannot be in one";
}

TEST_F(CfiProgram, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run(0, {0x2d}), machine::is_idle_instruction(0x2d));
  EXPECT_FALSE(run(0, {0x3c, 1}));
  EXPECT_FALSE(run(0, {0x0c, 7, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})) << "offset beyond 32 bits";
  EXPECT_FALSE(run(0, {0x0f, 0xff, 0xff, 0x03})) << "expression past the end";
  tables_.shared = {};
  EXPECT_FALSE(run(0, {})) << "no CFA";
}

}  // namespace
}  // namespace leakhook::unwind
