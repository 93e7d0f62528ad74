// SPDX-License-Identifier: Apache-2.0
// Does a signal handler find a word before or after a change, never in between?
#include "unlocked.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

namespace leakhook::ledger {
namespace {

std::atomic<std::uint64_t> sum{0};
std::atomic<std::uint64_t> by_handler{0};

/// Adds from a signal handler as fast as timers go, for as long as it lives.
class Interruptions {
 public:
  Interruptions() {
    struct sigaction action {};
    action.sa_handler = [](int) {
      unlocked::add(sum, 1);
      by_handler.fetch_add(1);
    };
    sigaction(SIGALRM, &action, &before_);
    const itimerval often{{0, 50}, {0, 50}};
    setitimer(ITIMER_REAL, &often, nullptr);
  }
  ~Interruptions() {
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
    sigaction(SIGALRM, &before_, nullptr);
  }

 private:
  struct sigaction before_ {};
};

TEST(Unlocked, AdditionsOfAHandlerAreNotLost) {
  std::uint64_t own = 0;
  {
    const Interruptions interruptions;
    while (by_handler.load() < 300) {
      for (int i = 0; i < 1000; ++i) unlocked::add(sum, 1);
      own += 1000;
    }
  }
  EXPECT_EQ(sum.load(), own + by_handler.load());
}

TEST(Unlocked, AddsWhatDoesNotFitAnInstruction) {
  std::atomic<std::uint64_t> word{1};
  unlocked::add(word, std::uint64_t{1} << 40);
  EXPECT_EQ(word.load(), (std::uint64_t{1} << 40) + 1);
}

TEST(Unlocked, ClaimsOnlyWhatIsFree) {
  std::atomic<std::uint64_t> word{0};
  EXPECT_TRUE(unlocked::claim(word, 5));
  EXPECT_EQ(word.load(), 5u);
  EXPECT_FALSE(unlocked::claim(word, 6));
  EXPECT_EQ(word.load(), 5u);
}

}  // namespace
}  // namespace leakhook::ledger
