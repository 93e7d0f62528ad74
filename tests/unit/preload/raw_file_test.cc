// SPDX-License-Identifier: Apache-2.0
// A raw dump is private, goes through no link, waits for no pipe and replaces nobody else's file.
#include "../../../preload/life/raw_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "own_books.h"

namespace leakhook::life {
namespace {

namespace fs = std::filesystem;
using leakhook::testing::text_of;

class RawFileTest : public ::testing::Test {
 protected:
  RawFileTest() {
    char folder[] = "/tmp/leakhook-test-XXXXXX";
    folder_ = mkdtemp(folder);
    stem_ << folder_.c_str() << "/x";
    ledger::segment.header->pid = 77;
    ledger::segment.header->process_start_ticks = 1000;
  }
  ~RawFileTest() override { fs::remove_all(folder_); }

  std::string at(const std::string& name) const { return folder_ + "/" + name; }

  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
  }

  /// The first bytes of a dump.
  static std::string dump_of(std::int32_t pid, std::uint64_t start_ticks, bool is_packed = true) {
    std::string bytes(sizeof(Header), '\0');
    auto* header = reinterpret_cast<Header*>(bytes.data());
    header->magic = kSegmentMagic;
    header->packed = is_packed;
    header->pid = pid;
    header->process_start_ticks = start_ticks;
    return bytes;
  }

  /// The name of the file into which "new" got, from the folder on; empty: none.
  std::string dump() {
    Path partial, name;
    const long fd = make_raw_file(stem_, &partial);
    if (fd < 0) return {};
    EXPECT_EQ(write(static_cast<int>(fd), "new", 3), 3);
    close(static_cast<int>(fd));
    if (!publish_raw_file(stem_, partial, &name)) return {};
    EXPECT_EQ(text_of(name.c_str()), "new");
    return fs::path(name.c_str()).filename();
  }

  testing::OwnBooks books_;
  std::string folder_;
  Path stem_;
};

TEST_F(RawFileTest, IsPrivate) {
  const mode_t before = umask(0);
  EXPECT_EQ(dump(), "x.lhk");
  umask(before);
  struct stat status {};
  ASSERT_EQ(stat(at("x.lhk").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(RawFileTest, ReplacesAnOlderDumpOfThisProcess) {
  put("x.lhk", dump_of(77, 1000));
  EXPECT_EQ(dump(), "x.lhk");
}

TEST_F(RawFileTest, ReplacesNobodyElses) {
  put("x.lhk", dump_of(77, 999));  // the same pid, another process
  put("x.77.lhk", dump_of(78, 1000));
  put("x.77.2.lhk", "notes of mine");
  put("x.77.3.lhk", dump_of(77, 1000, false));  // our own segment, no dump
  EXPECT_EQ(dump(), "x.77.4.lhk");
  EXPECT_EQ(text_of(at("x.lhk")), dump_of(77, 999));
  EXPECT_EQ(text_of(at("x.77.lhk")), dump_of(78, 1000));
  EXPECT_EQ(text_of(at("x.77.2.lhk")), "notes of mine");
  EXPECT_EQ(text_of(at("x.77.3.lhk")), dump_of(77, 1000, false));
}

TEST_F(RawFileTest, FollowsNoLinkAndWaitsForNoPipe) {
  put("ours", dump_of(77, 1000));
  fs::create_symlink("ours", at("x.lhk"));
  fs::create_symlink("nothing", at("x.77.lhk"));
  ASSERT_EQ(mkfifo(at("x.77.2.lhk").c_str(), 0600), 0);
  EXPECT_EQ(dump(), "x.77.3.lhk");
  EXPECT_EQ(text_of(at("ours")), dump_of(77, 1000));
  EXPECT_TRUE(fs::is_symlink(at("x.lhk")));
  EXPECT_FALSE(fs::exists(at("nothing")));
}

TEST_F(RawFileTest, WhatWasPreparedUnderItsPassingNameIsNoObstacle) {
  const std::string passing = "x.lhk.tmp." + std::to_string(getpid());
  put("target", "theirs");
  fs::create_symlink("target", at(passing));
  put(passing + ".2", "left behind");
  EXPECT_EQ(dump(), "x.lhk");
  EXPECT_EQ(text_of(at("target")), "theirs");
  EXPECT_EQ(text_of(at(passing + ".2")), "left behind");
}

TEST_F(RawFileTest, AMissingFolderIsAnError) {
  stem_.clear();
  stem_ << folder_.c_str() << "/no/such/x";
  EXPECT_EQ(dump(), "");
}

}  // namespace
}  // namespace leakhook::life
