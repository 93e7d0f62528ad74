// SPDX-License-Identifier: Apache-2.0
// Is a thread waited for long enough, and not for ever?
#include "../../../preload/ledger/patience.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../../preload/base/system.h"

namespace leakhook::ledger {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000;  // ns

std::uint64_t now() { return sys::nanoseconds(CLOCK_MONOTONIC); }

TEST(Patience, Ends) {
  const std::uint64_t began = now();
  Patience patience;
  while (patience.lasts()) {
  }
  EXPECT_GE(now() - began, 950 * kMillisecond);
}

TEST(Patience, Sleeps) {
  Patience patience;
  int looks = 0;
  while (patience.lasts()) ++looks;
  EXPECT_LT(looks, 30'000);  // some 500 000 when it only yields
}

TEST(Patience, DoesNotCountTheTimeInWhichNobodyRan) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Patience patience;
    for (int i = 0; i < 100; ++i) patience.lasts();
    raise(SIGSTOP);
    _exit(patience.lasts() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  // The thing under test is a time that passes; more of it changes nothing.
  const std::uint64_t until = now() + 1200 * kMillisecond;
  while (now() < until) usleep(10'000);
  kill(child, SIGCONT);
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace leakhook::ledger
