// SPDX-License-Identifier: Apache-2.0
// Is it known from its file whether a program can load the library?
#include "../../../export/program_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace leakhook {
namespace {

namespace fs = std::filesystem;

class ProgramFile : public testing::Test {
 protected:
  ProgramFile() {
    char folder[] = "/tmp/leakhook-test-XXXXXX";
    folder_ = mkdtemp(folder);
  }
  ~ProgramFile() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    chmod(path.c_str(), 0755);
    return path;
  }

  /// A copy of a program of ours whose interpreter has another name.
  std::string with_interpreter(const std::string& name) {
    std::ifstream file(SAMPLE_PROGRAM, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const std::string usual = "/lib64/ld-linux-x86-64.so.2";
    const std::size_t at = bytes.find(usual);
    EXPECT_NE(at, std::string::npos);
    std::string other = name;
    other.resize(usual.size());
    return write("other", bytes.replace(at, usual.size(), other));
  }

  std::string folder_;
};

TEST_F(ProgramFile, OrdinaryProgramsCan) { EXPECT_EQ(reason_not_loadable(SAMPLE_PROGRAM), ""); }

TEST_F(ProgramFile, MuslCannot) {
  EXPECT_NE(reason_not_loadable(with_interpreter("/lib/ld-musl-x86_64.so.1")).find("musl"),
            std::string::npos);
}

TEST_F(ProgramFile, SetUidOfAnotherUserCannot) {
  const std::string path = write("other-user", "no program");
  if (chown(path.c_str(), 12345, 12345) != 0) GTEST_SKIP() << "only root gives files away";
  chmod(path.c_str(), 04755);
  EXPECT_EQ(reason_not_loadable(path), kIsSecure);
}

TEST_F(ProgramFile, ScriptIsAsItsInterpreter) {
  const std::string musl = with_interpreter("/lib/ld-musl-x86_64.so.1");
  EXPECT_NE(reason_not_loadable(write("script", "#! " + musl + " -x\n")).find("musl"),
            std::string::npos);
  EXPECT_EQ(reason_not_loadable(write("script", "#!" SAMPLE_PROGRAM "\n")), "");
}

TEST_F(ProgramFile, WhatIsNoProgramGivesNoReason) {
  EXPECT_EQ(reason_not_loadable(write("text", "text")), "");
  EXPECT_EQ(reason_not_loadable(folder_ + "/missing"), "");
}

TEST_F(ProgramFile, IsFoundByPathAlone) {
  const std::string path = write("found", "x");
  const std::string before = getenv("PATH") ? getenv("PATH") : "";
  setenv("PATH", ("/nonexistent:" + folder_).c_str(), 1);
  EXPECT_EQ(found_in_path("found"), path);
  chmod(path.c_str(), 0644);
  EXPECT_EQ(found_in_path("found"), "");
  EXPECT_EQ(found_in_path(path), path);
  EXPECT_EQ(found_in_path(folder_ + "/missing"), "");
  EXPECT_EQ(found_in_path(""), "");
  setenv("PATH", before.c_str(), 1);
}

}  // namespace
}  // namespace leakhook
