// SPDX-License-Identifier: Apache-2.0
// Does a line hold its text, cut what does not fit, and reach stderr only where stderr is ours?
#include "../../../preload/base/line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <climits>
#include <string>

namespace leakhook {
namespace {

TEST(Line, PutsTextAndNumbers) {
  Line line;
  line << "a" << 'b' << std::uint64_t{0} << '|' << ~std::uint64_t{0} << '|' << -17 << '|'
       << INT_MIN;
  EXPECT_STREQ(line.c_str(), "ab0|18446744073709551615|-17|-2147483648");
  EXPECT_EQ(line.size(), std::string(line.c_str()).size());
  EXPECT_FALSE(line.is_cut());
}

TEST(Line, DigitsHaveLeadingZeros) {
  Line line;
  line.digits(7, 4) << ' ';
  line.digits(12345, 4) << ' ';
  line.digits(0, 1) << ' ';
  line.digits(1, 40);
  EXPECT_STREQ(line.c_str(), "0007 12345 0 00000000000000000001");
}

TEST(Line, FileNamesEndNoFolderAndNoLine) {
  Line line;
  line.file_name("../a/b\n\x1b[0m\x7f\t") << '.' << 1;
  EXPECT_STREQ(line.c_str(), ".._a_b__[0m__.1");
  line.clear();
  line.file_name("gr\xc3\xb6\xc3\x9f" "e ");
  EXPECT_STREQ(line.c_str(), "gr\xc3\xb6\xc3\x9f" "e ");
}

TEST(Line, CutsWhatDoesNotFit) {
  Text<5> text;
  text << "abcd";
  EXPECT_FALSE(text.is_cut());
  text << 'e';
  EXPECT_TRUE(text.is_cut());
  EXPECT_STREQ(text.c_str(), "abcd");
  text.clear();
  EXPECT_STREQ(text.c_str(), "");
  EXPECT_FALSE(text.is_cut());
}

TEST(Line, CopiedTextIsAlwaysTerminated) {
  char to[4] = {'x', 'x', 'x', 'x'};
  copy_text(to, "abcdef");
  EXPECT_STREQ(to, "abc");
  copy_text(to, "");
  EXPECT_STREQ(to, "");
}

/// A pipe in the place of stderr for the life of this.
class StderrPipe {
 public:
  StderrPipe() : kept_(dup(2)) {
    EXPECT_EQ(pipe2(ends_, O_NONBLOCK | O_CLOEXEC), 0);
    dup2(ends_[1], 2);
  }
  ~StderrPipe() {
    dup2(kept_, 2);
    close(kept_), close(ends_[0]), close(ends_[1]);
    remember_stderr();
  }
  std::string read_all() const {
    char text[4096];
    const ssize_t got = read(ends_[0], text, sizeof text);
    return got > 0 ? std::string(text, static_cast<std::size_t>(got)) : "";
  }

 private:
  int kept_;
  int ends_[2];
};

TEST(Say, WritesOneLineWhereItMay) {
  const StderrPipe pipe;
  remember_stderr();
  say(1, "hello");
  EXPECT_EQ(pipe.read_all(), "leakhook: hello\n");
  say(0, "hello");
  EXPECT_EQ(pipe.read_all(), "");
}

TEST(Say, IsSilentWhenStderrBecameAnotherFile) {
  remember_stderr();
  const StderrPipe pipe;
  EXPECT_FALSE(is_stderr_ours());
  say(1, "into somebody's socket");
  EXPECT_EQ(pipe.read_all(), "");
}

TEST(Say, IsSilentWhenStderrIsClosed) {
  remember_stderr();
  const int kept = dup(2);
  close(2);
  EXPECT_FALSE(is_stderr_ours());
  dup2(kept, 2);
  EXPECT_TRUE(is_stderr_ours());
  close(kept);
}

TEST(Say, KnowsALogFromADatabase) {
  remember_stderr();
  const int kept = dup(2);
  for (const int flags : {0, O_APPEND}) {
    const int file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC | flags, 0600);
    ASSERT_GE(file, 0);
    dup2(file, 2);
    const bool is_ours = is_stderr_ours();
    dup2(kept, 2);
    close(file);
    EXPECT_EQ(is_ours, flags != 0) << "only files that are appended to are written to";
  }
  close(kept);
}

}  // namespace
}  // namespace leakhook
