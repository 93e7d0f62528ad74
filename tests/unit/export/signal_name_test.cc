// SPDX-License-Identifier: Apache-2.0
// All the ways to name a signal, and texts that name none.
#include "../../../export/signal_name.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace leakhook {
namespace {

TEST(SignalName, EveryForm) {
  EXPECT_EQ(signal_of_name("USR2"), SIGUSR2);
  EXPECT_EQ(signal_of_name("SIGUSR1"), SIGUSR1);
  EXPECT_EQ(signal_of_name("usr1"), SIGUSR1);
  EXPECT_EQ(signal_of_name("12"), 12);
  EXPECT_EQ(signal_of_name("RTMIN"), SIGRTMIN);
  EXPECT_EQ(signal_of_name("RTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(signal_of_name("SIGRTMAX-1"), SIGRTMAX - 1);
  EXPECT_EQ(signal_of_name("none"), 0);
}

TEST(SignalName, NoSignal) {
  for (const char* text : {"", "SIG", "USR3", "0", "-1", "65", "999999999999", "RTMIN-1", "RTMIN+",
                           "RTMIN+99", "RTMAX+1", "RTMIN+x", "12x"})
    EXPECT_EQ(signal_of_name(text), std::nullopt) << text;
}

}  // namespace
}  // namespace leakhook
