// SPDX-License-Identifier: Apache-2.0
// A path in a URI means itself again.
#include "../../../../export/report/uri.h"

#include <gtest/gtest.h>

namespace leakhook::report {
namespace {

TEST(Uri, KeepsPlainPaths) { EXPECT_EQ(uri_of_path("/src/a-b_c.d~/x"), "/src/a-b_c.d~/x"); }

TEST(Uri, EscapesTheRest) {
  EXPECT_EQ(uri_of_path("a b%20?#c:d"), "a%20b%2520%3F%23c%3Ad");
  EXPECT_EQ(uri_of_path("gr\xc3\xb6"), "gr%C3%B6");
  EXPECT_EQ(uri_of_path(std::string("\0\"", 2)), "%00%22");
}

}  // namespace
}  // namespace leakhook::report
