// SPDX-License-Identifier: Apache-2.0
// Do requests that wait keep what was asked and their turn, whoever takes them?
#include "../../../preload/life/waiting_requests.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace leakhook::life {
namespace {

TEST(WaitingRequests, KeepTheirTokenAndLabels) {
  WaitingRequests waiting;
  EXPECT_TRUE(waiting.put({Command::dump, kLabelFd | kLabelPath, 0xabcdef}));
  Request taken;
  ASSERT_TRUE(waiting.take(&taken));
  EXPECT_EQ(taken.command, Command::dump);
  EXPECT_EQ(taken.labels, kLabelFd | kLabelPath);
  EXPECT_EQ(taken.token, 0xabcdefu);
  EXPECT_FALSE(waiting.take(&taken));
}

TEST(WaitingRequests, ComeOutInTheOrderOfTheirArrival) {
  WaitingRequests waiting;
  Request taken;
  for (std::uint32_t i = 1; i <= 3; ++i) ASSERT_TRUE(waiting.put({Command::dump, 0, i}));
  ASSERT_TRUE(waiting.take(&taken));
  EXPECT_EQ(taken.token, 1u);
  // Goes into the place of the first one, and is the youngest nevertheless.
  ASSERT_TRUE(waiting.put({Command::dump, 0, 4}));
  for (std::uint32_t i = 2; i <= 4; ++i) {
    ASSERT_TRUE(waiting.take(&taken));
    EXPECT_EQ(taken.token, i);
  }
}

TEST(WaitingRequests, AreRefusedWhenTooMany) {
  WaitingRequests waiting;
  for (int i = 0; i < WaitingRequests::kMost; ++i) ASSERT_TRUE(waiting.put({}));
  EXPECT_FALSE(waiting.put({}));
  Request taken;
  ASSERT_TRUE(waiting.take(&taken));
  EXPECT_TRUE(waiting.put({}));
  waiting.clear();
  EXPECT_FALSE(waiting.take(&taken));
}

TEST(WaitingRequests, AreTakenOnceByOne) {
  constexpr std::uint32_t kThreads = 4, kEach = 2000;
  WaitingRequests waiting;
  std::vector<std::atomic<int>> taken(kThreads * kEach + 1);
  std::atomic<std::uint32_t> refused{0};
  std::vector<std::thread> threads;
  for (std::uint32_t thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      for (std::uint32_t i = 1; i <= kEach; ++i) {
        if (!waiting.put({Command::dump, 0, thread * kEach + i})) ++refused;
        Request request;
        if (i % 4 != 0 && waiting.take(&request)) ++taken[request.token];
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::uint32_t sum = refused;
  Request request;
  while (waiting.take(&request)) ++taken[request.token];
  EXPECT_EQ(taken[0], 0);
  for (const std::atomic<int>& times : taken) {
    EXPECT_LE(times, 1);
    sum += static_cast<std::uint32_t>(times);
  }
  EXPECT_EQ(sum, kThreads * kEach);
}

}  // namespace
}  // namespace leakhook::life
