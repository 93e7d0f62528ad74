// SPDX-License-Identifier: Apache-2.0
// Twin of unwind/expression.cc.
#include "../../../unwind/expression.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace leakhook::unwind {
namespace {

using Code = std::vector<std::uint8_t>;

machine::Registers registers() {
  machine::Registers all{};
  for (unsigned i = 0; i < machine::kRegisters; ++i) all.value[i] = 1000 * i;
  all.known = 1u << 6 | 1u << 7 | 1u << 16;
  return all;
}

std::optional<std::uint64_t> value_of(const Code& code, const std::uint64_t* initial = nullptr,
                                      const machine::Registers& from = registers()) {
  CheckedWords words({0, 0});
  const auto begin = reinterpret_cast<Address>(code.data());
  std::uint64_t result = 0;
  if (!evaluate({begin, begin + code.size()}, from, &words, initial, &result)) return std::nullopt;
  return result;
}

TEST(Expression, ReadsRegistersThatAreKnown) {
  EXPECT_EQ(value_of({0x77, 8}), 7008u);
  EXPECT_EQ(value_of({0x76, 0x78}), 5992u);
  EXPECT_EQ(value_of({0x92, 16, 0}), 16000u);
  EXPECT_EQ(value_of({0x73, 0}), std::nullopt) << "rbx is not known";
  EXPECT_EQ(value_of({0x92, 40, 0}), std::nullopt) << "no such register";
}

TEST(Expression, StubOfAPltCountsItsPushes) {
  // breg7 8; breg16 0; lit15; and; lit11; ge; lit3; shl; plus
  const Code plt = {0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22};
  machine::Registers at = registers();
  at.value[16] = 0x1020;
  EXPECT_EQ(value_of(plt, nullptr, at), 7008u);
  at.value[16] = 0x102b;
  EXPECT_EQ(value_of(plt, nullptr, at), 7016u);
}

TEST(Expression, Constants) {
  EXPECT_EQ(value_of({0x08, 0xff}), 255u);
  EXPECT_EQ(value_of({0x09, 0xff}), ~std::uint64_t{0});
  EXPECT_EQ(value_of({0x0a, 0xfe, 0xff}), 0xfffeu);
  EXPECT_EQ(value_of({0x0b, 0xfe, 0xff}), ~std::uint64_t{1});
  EXPECT_EQ(value_of({0x0c, 0xff, 0xff, 0xff, 0xff}), 0xffffffffu);
  EXPECT_EQ(value_of({0x0d, 0xff, 0xff, 0xff, 0xff}), ~std::uint64_t{0});
  EXPECT_EQ(value_of({0x0e, 1, 0, 0, 0, 0, 0, 0, 0x80}), 0x8000000000000001u);
  EXPECT_EQ(value_of({0x10, 0x80, 0x01}), 128u);
  EXPECT_EQ(value_of({0x11, 0x7f}), ~std::uint64_t{0});
}

TEST(Expression, RearrangesItsStack) {
  EXPECT_EQ(value_of({0x31, 0x32, 0x16, 0x1c}), 1u);             // 1 2 swap minus: 2 - 1
  EXPECT_EQ(value_of({0x35, 0x12, 0x1e}), 25u);                  // dup mul
  EXPECT_EQ(value_of({0x35, 0x37, 0x14, 0x22}), 12u);            // over plus
  EXPECT_EQ(value_of({0x35, 0x37, 0x13}), 5u);                   // drop
  EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x15, 2}), 1u);          // pick
  EXPECT_EQ(value_of({0x31, 0x32, 0x33, 0x17, 0x13}), 1u + 0u);  // rot drop: 3 1 2 → 1
}

TEST(Expression, ArithmeticIsDefinedEverywhere) {
  EXPECT_EQ(value_of({0x37, 0x30, 0x1b}), std::nullopt);  // by zero
  EXPECT_EQ(value_of({0x37, 0x30, 0x1d}), std::nullopt);
  // INT64_MIN / −1 and |INT64_MIN|
  EXPECT_EQ(value_of({0x0e, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x09, 0xff, 0x1b}), std::nullopt);
  EXPECT_EQ(value_of({0x0e, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x19}), 0x8000000000000000u);
  EXPECT_EQ(value_of({0x31, 0x08, 64, 0x24}), 0u);
  EXPECT_EQ(value_of({0x09, 0x80, 0x08, 200, 0x26}), ~std::uint64_t{0});
  EXPECT_EQ(value_of({0x3f, 0x33, 0x1b}), 5u);
  EXPECT_EQ(value_of({0x33, 0x3f, 0x2d}), 1u);
}

TEST(Expression, ReadsOnlyCheckedMemory) {
  const std::uint64_t word = 0x1122334455667788;
  machine::Registers at = registers();
  at.value[6] = reinterpret_cast<Address>(&word);
  EXPECT_EQ(value_of({0x76, 0, 0x06}, nullptr, at), word);
  EXPECT_EQ(value_of({0x76, 2, 0x94, 1}, nullptr, at), 0x66u);
  EXPECT_EQ(value_of({0x76, 4, 0x06}, nullptr, at), std::nullopt) << "across two words";
  EXPECT_EQ(value_of({0x38, 0x06}), std::nullopt) << "address 8";
}

TEST(Expression, StartsWithTheCfaWhenAsked) {
  const std::uint64_t cfa = 500;
  EXPECT_EQ(value_of({0x23, 8}, &cfa), 508u);
  EXPECT_EQ(value_of({0x23, 8}), std::nullopt);
}

TEST(Expression, BranchesAndEnds) {
  EXPECT_EQ(value_of({0x31, 0x31, 0x28, 1, 0, 0x96, 0x37}), 7u);
  EXPECT_EQ(value_of({0x31, 0x2f, 0xfc, 0xff}), std::nullopt) << "loops";
  EXPECT_EQ(value_of({0x31, 0x2f, 100, 0}), std::nullopt) << "leaves";
  EXPECT_EQ(value_of({}), std::nullopt);
  EXPECT_EQ(value_of({0x0e, 1, 2}), std::nullopt) << "cut short";
  EXPECT_EQ(value_of({0x50}), std::nullopt) << "not an operation of unwind tables";
  EXPECT_EQ(value_of(Code(100, 0x31)), std::nullopt) << "deeper than its stack";
}

}  // namespace
}  // namespace leakhook::unwind
