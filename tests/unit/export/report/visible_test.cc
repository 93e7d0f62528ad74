// SPDX-License-Identifier: Apache-2.0
// No character of a name changes what stands around it.
#include "../../../../export/report/visible.h"

#include <gtest/gtest.h>

namespace leakhook::report {
namespace {

TEST(Visible, KeepsWhatPeopleWrite) {
  EXPECT_EQ(visible("größe 日本 😀 <a>&\"'"), "größe 日本 😀 <a>&\"'");
  EXPECT_EQ(visible("مرحبا"), "مرحبا");
  EXPECT_EQ(visible(""), "");
}

TEST(Visible, NamesWhatTurnsTheDirection) {
  EXPECT_EQ(visible("a\u202eb"), "a<U+202E>b");
  EXPECT_EQ(visible("\u2066\u200f\u061c"), "<U+2066><U+200F><U+061C>");
}

TEST(Visible, NamesWhatEndsLinesOrShowsNothing) {
  EXPECT_EQ(visible("\u2028\u2029\ufeff\u200b"), "<U+2028><U+2029><U+FEFF><U+200B>");
  EXPECT_EQ(visible("\U000e0041"), "<U+E0041>");
  EXPECT_EQ(visible("\xef\xbf\xbf"), "<U+FFFF>");
}

TEST(Visible, ReplacesControlCharactersAndBadBytes) {
  EXPECT_EQ(visible("a\n\x1b[0m\xff"), "a??[0m\xef\xbf\xbd");
}

}  // namespace
}  // namespace leakhook::report
