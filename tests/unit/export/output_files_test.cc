// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all, are private, and never replace the file of another process.
#include "../../../export/output_files.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../../export/gzip.h"
#include "profile.pb.h"
#include "segment_builder.h"

namespace leakhook {
namespace {

using testing::TemporaryFolder;
using Texts = std::vector<std::string>;

constexpr ProcessIdentity kOurs{77, 1000};
constexpr ProcessIdentity kOther{78, 2000};
constexpr ProcessIdentity kSamePidLater{77, 3000};

std::string profile_of(const ProcessIdentity& process, const std::string& more = "") {
  perftools::profiles::Profile profile;
  for (const std::string& text : Texts{"", process.pid_comment(), process.start_comment(), more})
    profile.add_string_table(text);
  for (const int comment : {1, 2, 3}) profile.add_comment(comment);
  return compressed(profile.SerializeAsString());
}

class OutputFilesTest : public ::testing::Test {
 protected:
  bool put(const ProcessIdentity& process, const Texts& profiles, const std::string& more = "") {
    OutputFiles output(folder_ / "x", process);
    for (const std::string& profile : profiles)
      if (!output.write(profile, profile_of(process, more))) return false;
    const bool is_done = output.publish();
    stem_ = output.stem();
    published_ = output.published();
    error_ = output.error();
    return is_done;
  }

  TemporaryFolder folder_;
  std::string stem_, error_;
  Texts published_;
};

TEST_F(OutputFilesTest, PublishesPrivateFiles) {
  ASSERT_TRUE(put(kOurs, {"heap", "fd"}));
  EXPECT_EQ(folder_.names(), (Texts{"x.fd.pb.gz", "x.heap.pb.gz"}));
  EXPECT_EQ(published_, (Texts{folder_ / "x.heap.pb.gz", folder_ / "x.fd.pb.gz"}));
  struct stat status {};
  stat((folder_ / "x.fd.pb.gz").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(OutputFilesTest, NothingIsVisibleBeforePublish) {
  OutputFiles output(folder_ / "x", kOurs);
  ASSERT_TRUE(output.write("heap", "bytes"));
  EXPECT_NE(access((folder_ / "x.heap.pb.gz").c_str(), F_OK), 0);
}

TEST_F(OutputFilesTest, UnpublishedFilesAreRemoved) {
  {
    OutputFiles output(folder_ / "x", kOurs);
    ASSERT_TRUE(output.write("heap", "bytes"));
    EXPECT_EQ(folder_.names().size(), 1u);
  }
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(OutputFilesTest, ReplacesOlderDumpOfTheSameProcess) {
  ASSERT_TRUE(put(kOurs, {"heap", "process"}, "older"));
  ASSERT_TRUE(put(kOurs, {"heap"}, "newer"));
  EXPECT_EQ(folder_.names(), Texts{"x.heap.pb.gz"});  // no process any more: no stale file
  EXPECT_EQ(testing::read_file(folder_ / "x.heap.pb.gz"), profile_of(kOurs, "newer"));
}

TEST_F(OutputFilesTest, KeepsFilesOfOtherProcesses) {
  ASSERT_TRUE(put(kOther, {"fd"}));
  ASSERT_TRUE(put(kOurs, {"heap", "fd"}));
  EXPECT_EQ(folder_.names(), (Texts{"x.77.fd.pb.gz", "x.77.heap.pb.gz", "x.fd.pb.gz"}));
  EXPECT_EQ(stem_, folder_ / "x.77");
  ASSERT_TRUE(put(kSamePidLater, {"heap"}));
  EXPECT_EQ(stem_, folder_ / "x.77.2");
}

TEST_F(OutputFilesTest, KeepsWhatIsNoProfile) {
  testing::write_file(folder_ / "x.heap.pb.gz", "notes of mine");
  ASSERT_TRUE(put(kOurs, {"heap"}));
  EXPECT_EQ(testing::read_file(folder_ / "x.heap.pb.gz"), "notes of mine");
  EXPECT_EQ(stem_, folder_ / "x.77");
}

TEST_F(OutputFilesTest, NeverFollowsLinks) {
  testing::write_file(folder_ / "target", profile_of(kOurs));
  ASSERT_EQ(symlink("target", (folder_ / "x.heap.pb.gz").c_str()), 0);
  ASSERT_EQ(symlink("nothing", (folder_ / "x.fd.pb.gz").c_str()), 0);
  ASSERT_TRUE(put(kOurs, {"heap", "fd"}, "new"));
  EXPECT_EQ(testing::read_file(folder_ / "target"), profile_of(kOurs));
  EXPECT_NE(access((folder_ / "nothing").c_str(), F_OK), 0);
  EXPECT_EQ(stem_, folder_ / "x.77");
}

TEST_F(OutputFilesTest, NeverWritesIntoPipes) {
  ASSERT_EQ(mkfifo((folder_ / "x.heap.pb.gz").c_str(), 0600), 0);
  ASSERT_TRUE(put(kOurs, {"heap"}));
  EXPECT_EQ(stem_, folder_ / "x.77");
}

TEST_F(OutputFilesTest, OldTemporaryFilesAreNoObstacle) {
  testing::write_file(folder_ / ("x.heap.pb.gz.tmp." + std::to_string(getpid())), "left behind");
  ASSERT_TRUE(put(kOurs, {"heap"}));
  EXPECT_EQ(testing::read_file(folder_ / "x.heap.pb.gz"), profile_of(kOurs));
}

TEST_F(OutputFilesTest, MissingFolderIsOneLine) {
  OutputFiles output(folder_ / "no/such/x", kOurs);
  EXPECT_FALSE(output.write("heap", "bytes"));
  EXPECT_NE(output.error().find("no/such/x.heap.pb.gz: No such file"), std::string::npos);
}

TEST_F(OutputFilesTest, FullDiskLeavesNothing) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  {
    OutputFiles output(folder_ / "x", kOurs);
    EXPECT_TRUE(output.write("fd", "small"));
    EXPECT_FALSE(output.write("heap", std::string(5000, 'x')));
    EXPECT_NE(output.error().find("x.heap.pb.gz: File too large"), std::string::npos);
  }
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_TRUE(folder_.names().empty());
}

TEST_F(OutputFilesTest, IdentityNeedsBothNumbers) {
  testing::write_file(folder_ / "p", profile_of(kOurs));
  EXPECT_TRUE(is_profile_of(folder_ / "p", kOurs));
  EXPECT_FALSE(is_profile_of(folder_ / "p", kSamePidLater));
  EXPECT_FALSE(is_profile_of(folder_ / "p", kOther));
  EXPECT_FALSE(is_profile_of(folder_ / "nothing", kOurs));
}

}  // namespace
}  // namespace leakhook
