// SPDX-License-Identifier: Apache-2.0
#include "../../../../export/verdict/text_file.h"

#include <gtest/gtest.h>

#include "../segment_builder.h"

namespace leakhook::verdict {
namespace {

TEST(TextFile, LinesKeepTheirNumbersAndLoseBlanksAndComments) {
  const std::vector<TextLine> lines = lines_of("a\n\n # x\n\t b c \r\n#\nd");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].number, 1);
  EXPECT_EQ(lines[1].number, 4);
  EXPECT_EQ(lines[1].text, "b c");
  EXPECT_EQ(lines[2].number, 6);
  EXPECT_EQ(lines[2].text, "d");
}

TEST(TextFile, WhatIsWrittenIsRead) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/file";
  const std::string text(200'000, 'x');
  ASSERT_EQ(write_text_file(path, text), "");
  std::string read;
  ASSERT_EQ(read_text_file(path, &read), "");
  EXPECT_EQ(read, text);
  EXPECT_EQ(read_text_file(folder.path() + "/none", &read),
            folder.path() + "/none: cannot be opened: No such file or directory");
  EXPECT_EQ(read, text);
}

}  // namespace
}  // namespace leakhook::verdict
