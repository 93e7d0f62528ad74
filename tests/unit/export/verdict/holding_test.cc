// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/holding.h"

#include <gtest/gtest.h>

namespace leakhook::verdict {
namespace {

TEST(Holding, WordsAreWrittenAndRead) {
  EXPECT_STREQ(text_of(Word::definite), "definite");
  EXPECT_STREQ(text_of(Word::unknown), "unknown");
  for (std::size_t i = 0; i < kWords; ++i)
    EXPECT_EQ(word_of(text_of(static_cast<Word>(i))), static_cast<Word>(i));
  EXPECT_FALSE(word_of("lost"));
}

}  // namespace
}  // namespace leakhook::verdict
