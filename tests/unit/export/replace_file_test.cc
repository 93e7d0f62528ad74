// SPDX-License-Identifier: Apache-2.0
// A file is replaced whole, without going through what others have put in its way.
#include "../../../export/replace_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "segment_builder.h"

namespace leakhook {
namespace {

namespace fs = std::filesystem;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;
using Texts = std::vector<std::string>;

class ReplaceFileTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  const std::string path_ = folder_ / "x";
  const std::string passing_ = path_ + ".tmp." + std::to_string(getpid());
};

TEST_F(ReplaceFileTest, WritesAndReplaces) {
  EXPECT_TRUE(replace_file(path_, "older", 0600));
  EXPECT_TRUE(replace_file(path_, "newer", 0600));
  EXPECT_EQ(read_file(path_), "newer");
  EXPECT_EQ(folder_.names(), Texts{"x"});
}

TEST_F(ReplaceFileTest, TheModeIsThatOfANewFile) {
  write_file(path_, "was open to all");
  fs::permissions(path_, fs::perms(0666));
  const mode_t before = umask(0);
  EXPECT_TRUE(replace_file(path_, "private", 0600));
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ReplaceFileTest, FollowsNoLink) {
  write_file(folder_ / "target", "theirs");
  fs::create_symlink("target", path_);
  fs::create_symlink("target", passing_);
  EXPECT_TRUE(replace_file(path_, "new", 0600));
  EXPECT_EQ(read_file(folder_ / "target"), "theirs");
  EXPECT_FALSE(fs::is_symlink(path_));
  EXPECT_EQ(read_file(path_), "new");
  EXPECT_TRUE(fs::is_symlink(passing_));
}

TEST_F(ReplaceFileTest, WhatFailsLeavesNothing) {
  fs::create_directory(path_);
  EXPECT_FALSE(replace_file(path_, "new", 0600));
  EXPECT_EQ(errno, EISDIR);
  EXPECT_EQ(folder_.names(), Texts{"x"});
  EXPECT_FALSE(replace_file(folder_ / "no/such/x", "new", 0600));
  EXPECT_EQ(errno, ENOENT);
}

}  // namespace
}  // namespace leakhook
