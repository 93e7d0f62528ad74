// SPDX-License-Identifier: Apache-2.0
// Tests that leak at one and the same place, and one that does not; with --bare nobody marks them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "../../export/gtest/leakhook_gtest.h"

namespace {

__attribute__((noipa)) void leak_block() {
  void* block = std::malloc(1000);
  __asm__ volatile("" : "+r"(block) : : "memory");
}

TEST(Orders, Print) { leak_block(); }
TEST(Orders, Read) {}  // acquires nothing
class Pages : public testing::TestWithParam<int> {};
TEST_P(Pages, AreKept) { leak_block(); }
INSTANTIATE_TEST_SUITE_P(Few, Pages, testing::Values(1));

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc < 2 || std::strcmp(argv[1], "--bare") != 0) leakhook_gtest_install();
  return RUN_ALL_TESTS();
}
