// SPDX-License-Identifier: Apache-2.0
// Only valid UTF-8 without control characters gets through.
#include "../../../export/presentable.h"

#include <gtest/gtest.h>

namespace leakhook {
namespace {

const std::string kReplaced = "\xef\xbf\xbd";

TEST(Presentable, KeepsGoodText) {
  EXPECT_EQ(presentable("plain /path+x"), "plain /path+x");
  EXPECT_EQ(presentable("größe 日本 😀"), "größe 日本 😀");
  EXPECT_EQ(presentable(""), "");
}

TEST(Presentable, ReplacesControlCharacters) {
  EXPECT_EQ(presentable("a\nb\x1b[31m\x7f"), "a?b?[31m?");
  EXPECT_EQ(presentable("\xc2\x85"), "?");
}

TEST(Presentable, ReplacesBadBytes) {
  EXPECT_EQ(presentable("a\xff z"), "a" + kReplaced + " z");
  EXPECT_EQ(presentable("\xc3"), kReplaced);
  EXPECT_EQ(presentable("\xc0\xaf"), kReplaced + kReplaced);           // too long a form
  EXPECT_EQ(presentable("\xe0\x80\x80").substr(0, 3), kReplaced);      // too long a form
  EXPECT_EQ(presentable("\xed\xa0\x80").substr(0, 3), kReplaced);      // surrogate
  EXPECT_EQ(presentable("\xf4\x90\x80\x80").substr(0, 3), kReplaced);  // beyond the last character
  EXPECT_EQ(presentable("\xf5\x80\x80\x80").substr(0, 3), kReplaced);
}

}  // namespace
}  // namespace leakhook
