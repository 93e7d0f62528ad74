// SPDX-License-Identifier: Apache-2.0
// Cases of which one leaks, known for long, and one may leak by a change.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <leakhook_gtest.h>
#include <unistd.h>

TEST(Orders, AreEmptyAtFirst) {
  char order;
  const int orders = open("/dev/null", O_RDONLY);
  EXPECT_EQ(read(orders, &order, 1), 0);
  close(orders);
}

TEST(Orders, ReadConfiguration) { EXPECT_GE(open("/dev/null", O_RDONLY), 0); }

TEST(Orders, Print) {
  const int printer = open("/dev/zero", O_RDONLY);
  EXPECT_GE(printer, 0);
#ifndef WITH_NEW_LEAK
  close(printer);
#endif
}

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  leakhook_gtest_install();
  return RUN_ALL_TESTS();
}
