// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/kind_words.h"

#include <gtest/gtest.h>

namespace leakhook::verdict {
namespace {

TEST(KindWords, AWordIsAKindOrAProfile) {
  EXPECT_EQ(kinds_of("socket"), std::vector{Kind::socket});
  EXPECT_EQ(kinds_of("other"), std::vector{Kind::other_fd});
  EXPECT_EQ(kinds_of("heap"), std::vector{Kind::heap});
  EXPECT_EQ(kinds_of("handle"), std::vector{Kind::semaphore});
  EXPECT_EQ(kinds_of("fd").size(), 13u);
  EXPECT_TRUE(kinds_of("sock").empty());
  EXPECT_TRUE(kinds_of("").empty());
}

TEST(KindWords, EachWordStandsOnceInTheList) {
  const std::string words = ", " + all_kind_words() + ",";
  for (const KindRow& row : kKindRows) {
    const std::string word = std::string(", ") + row.label + ",";
    const std::size_t at = words.find(word);
    EXPECT_NE(at, std::string::npos) << row.label;
    EXPECT_EQ(words.find(word, at + 1), std::string::npos) << row.label;
  }
  EXPECT_NE(words.find(", fd,"), std::string::npos);
  EXPECT_EQ(kinds_but_heap().size(), std::size(kKindRows) - 1);
}

}  // namespace
}  // namespace leakhook::verdict
