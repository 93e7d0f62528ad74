// SPDX-License-Identifier: Apache-2.0
// Is the folder of a run private, writable for those who know its name, and gone afterwards?
#include "../../../export/run/run_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace leakhook {
namespace {

namespace fs = std::filesystem;

/// Sets TMPDIR while it lives.
class Temporary {
 public:
  explicit Temporary(const std::string& value) {
    if (const char* before = getenv("TMPDIR")) before_ = before;
    setenv("TMPDIR", value.c_str(), 1);
  }
  ~Temporary() {
    if (before_.empty())
      unsetenv("TMPDIR");
    else
      setenv("TMPDIR", before_.c_str(), 1);
  }

 private:
  std::string before_;
};

mode_t mode_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(RunFolder, OthersMayMakeFilesButListNothing) {
  const mode_t before = umask(077);
  RunFolder folder;
  ASSERT_EQ(folder.make(), "");
  umask(before);
  EXPECT_EQ(mode_of(folder.outer()), 0711u);
  EXPECT_EQ(mode_of(folder.inner()), 01733u);
  EXPECT_EQ(fs::path(folder.inner()).parent_path(), folder.outer());
  EXPECT_GE(fs::path(folder.inner()).filename().string().size(), 32u);
  EXPECT_TRUE(fs::is_empty(folder.inner()));
}

TEST(RunFolder, NoTwoHaveOneName) {
  RunFolder first, second;
  ASSERT_EQ(first.make(), "");
  ASSERT_EQ(second.make(), "");
  EXPECT_NE(fs::path(first.inner()).filename(), fs::path(second.inner()).filename());
}

TEST(RunFolder, IsGoneWithAllThatIsInIt) {
  std::string outer;
  {
    RunFolder folder;
    ASSERT_EQ(folder.make(), "");
    outer = folder.outer();
    std::ofstream(folder.inner() + "/file") << "x";
    fs::create_directory(folder.inner() + "/more");
    ASSERT_TRUE(fs::exists(outer));
  }
  EXPECT_FALSE(fs::exists(outer));
}

TEST(RunFolder, TakesThePlaceThatIsAskedFor) {
  RunFolder place;
  ASSERT_EQ(place.make(), "");
  const Temporary set(place.inner());
  RunFolder folder;
  ASSERT_EQ(folder.make(), "");
  EXPECT_EQ(fs::path(folder.outer()).parent_path(), place.inner());
}

TEST(RunFolder, GoesElsewhereWhereNothingCanBeWritten) {
  const Temporary set("/proc/self");
  RunFolder folder;
  ASSERT_EQ(folder.make(), "");
  EXPECT_EQ(folder.outer().rfind("/proc", 0), std::string::npos);
}

}  // namespace
}  // namespace leakhook
