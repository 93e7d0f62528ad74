// SPDX-License-Identifier: Apache-2.0
// Processes that would die of the dump signal are never sent one.
#include "../../../export/target.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace leakhook {
namespace {

TEST(Target, RefusesWhatIsNotLoaded) {
  Target self(getpid());
  EXPECT_NE(self.reason_against().find("not loaded"), std::string::npos);
}

TEST(Target, RefusesWhatIsNotThere) {
  EXPECT_EQ(Target(0x7ffffff0).reason_against(), "no such process");
}

TEST(Target, RefusesTheDead) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended{};
  waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT);
  EXPECT_EQ(Target(child).reason_against(), "the process has ended");
  waitpid(child, nullptr, 0);
}

TEST(Target, KnowsTheLibraryByItsFileName) {
  const std::string range = "7f0000000000-7f0000001000 r-xp 00000000 08:01 123    ";
  EXPECT_TRUE(names_our_library(range + "/opt/lib/libleakhook.so\n"));
  EXPECT_TRUE(names_our_library(range + "/opt/lib/libleakhook.so.0 (deleted)\n"));
  EXPECT_FALSE(names_our_library(range + "/opt/libleakhook.so/libother.so\n"));
  EXPECT_FALSE(names_our_library(range + "\n"));
  EXPECT_FALSE(names_our_library(range + "/opt/lib/notlibleakhook.so\n"));
}

}  // namespace
}  // namespace leakhook
