// SPDX-License-Identifier: Apache-2.0
// Do all threads stand still, and is it known where?
#include "../../../preload/life/still_threads.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "../../../preload/base/system.h"
#include "busy_register.h"
#include "own_books.h"

namespace leakhook::life {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t in_s(std::uint64_t seconds) {
  return sys::nanoseconds(CLOCK_MONOTONIC) + seconds * kSecond;
}

class StillThreads : public ::testing::Test {
 protected:
  void SetUp() override {
    if (leakhook::kIsThreadSanitized)
      GTEST_SKIP() << "the thread sanitizer delivers signals when it likes";
    struct sigaction action {};
    action.sa_sigaction = [](int, siginfo_t*, void* context) { stand_still_if_asked(context); };
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    ASSERT_EQ(sigaction(SIGURG, &action, &before_), 0);
  }
  void TearDown() override {
    stops_ = true;
    if (IsSkipped()) return;
    for (std::thread& thread : threads_) thread.join();
    sigaction(SIGURG, &before_, nullptr);
  }
  /// A thread that runs body(tid) once it has told its tid.
  template <class Body>
  std::int32_t start(Body body) {
    std::atomic<std::int32_t> tid{0};
    threads_.emplace_back([&tid, body, this] { body(tid); });
    while (tid.load() == 0) sched_yield();
    return tid.load();
  }
  bool begin(Standstill* still, int signal = SIGURG, std::uint64_t seconds = 20) {
    const WaitingThread here{static_cast<std::int32_t>(sys::gettid()),
                             reinterpret_cast<std::uint64_t>(__builtin_frame_address(0)), 1};
    return still->begin(getpid(), signal, here, in_s(seconds)) == ReachReason::none;
  }
  static const StillThread* find(const Standstill& still, std::int32_t tid) {
    for (std::size_t i = 0; i < still.count(); ++i)
      if (still.threads()[i].tid == tid) return &still.threads()[i];
    return nullptr;
  }

  leakhook::testing::OwnBooks books_;
  std::atomic<bool> stops_{false};
  // Not the tests' own: threads use them until TearDown.
  std::atomic<std::uint64_t> steps_[3]{}, born_{0};
  std::vector<std::thread> threads_;
  struct sigaction before_ {};
};

TEST_F(StillThreads, NobodyRunsMeanwhile) {
  for (auto& count : steps_)
    start([this, &count](std::atomic<std::int32_t>& tid) {
      tid = static_cast<std::int32_t>(sys::gettid());
      while (!stops_) ++count;
    });
  for (int round = 0; round < 20; ++round) {
    Standstill still;
    ASSERT_TRUE(begin(&still));
    EXPECT_EQ(still.count(), 4u);
    const std::uint64_t first[3] = {steps_[0], steps_[1], steps_[2]};
    poll(nullptr, 0, 2);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(steps_[i], first[i]);
    still.end();
    for (int i = 0; i < 3; ++i)
      while (steps_[i] == first[i]) sched_yield();  // goes on, or the test does not end
  }
}

TEST_F(StillThreads, RegistersAreSeen) {
  constexpr std::uint64_t kMagic = 0x5eed5eed12345678;
  std::atomic<bool>* const stops = &stops_;
  const std::int32_t tid = start([stops](std::atomic<std::int32_t>& own) {
    own = static_cast<std::int32_t>(sys::gettid());
    while (!stops->load()) keep_in_register(kMagic);
  });
  bool is_seen = false;
  for (int round = 0; round < 1000 && !is_seen; ++round) {
    Standstill still;
    ASSERT_TRUE(begin(&still));
    const StillThread* thread = find(still, tid);
    ASSERT_NE(thread, nullptr);
    EXPECT_TRUE(thread->is_seen);
    EXPECT_NE(thread->stack_pointer, 0u);
    for (const std::uint64_t word : thread->registers) is_seen |= word == kMagic;
    still.end();
  }
  EXPECT_TRUE(is_seen);
}

TEST_F(StillThreads, WordsInVectorRegistersAreThere) {
  constexpr std::uint64_t kMagic = 0x5eed5eed87654321;
  std::atomic<bool>* const stops = &stops_;
  const std::int32_t tid = start([stops](std::atomic<std::int32_t>& own) {
    own = static_cast<std::int32_t>(sys::gettid());
    while (!stops->load()) keep_in_vector_register(kMagic);
  });
  bool is_there = false;
  for (int round = 0; round < 1000 && !is_there; ++round) {
    Standstill still;
    ASSERT_TRUE(begin(&still));
    const StillThread* thread = find(still, tid);
    ASSERT_NE(thread, nullptr);
    const Range words = thread->vector_registers;
    ASSERT_GE(words.size(), 16u * 16u) << "sixteen of them, and more";
    ASSERT_LE(words.size(), 1u << 14);
    for (std::uint64_t at = words.start; at + 8 <= words.end; at += 8)
      is_there |= *reinterpret_cast<const std::uint64_t*>(at) == kMagic;
    still.end();
  }
  EXPECT_TRUE(is_there);
}

TEST_F(StillThreads, WhoBlocksTheSignalIsNotWaitedFor) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const std::int32_t tid = start([ends](std::atomic<std::int32_t>& own) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    own = static_cast<std::int32_t>(sys::gettid());
    char byte;
    EXPECT_EQ(read(ends[0], &byte, 1), 0);
  });
  Standstill still;
  ASSERT_TRUE(begin(&still));
  const StillThread* thread = find(still, tid);
  ASSERT_NE(thread, nullptr);
  EXPECT_FALSE(thread->is_seen);
  EXPECT_FALSE(thread->is_awaited);
  still.end();
  close(ends[1]);
  threads_.back().join();
  threads_.pop_back();
  close(ends[0]);
}

TEST_F(StillThreads, WithoutASignalAllAreUnseenButTheWaitingOne) {
  const std::int32_t tid = start([this](std::atomic<std::int32_t>& own) {
    own = static_cast<std::int32_t>(sys::gettid());
    while (!stops_) sched_yield();
  });
  Standstill still;
  ASSERT_TRUE(begin(&still, 0));
  EXPECT_FALSE(find(still, tid)->is_seen);
  const StillThread* here = find(still, static_cast<std::int32_t>(sys::gettid()));
  ASSERT_NE(here, nullptr);
  EXPECT_TRUE(here->is_seen);
  EXPECT_EQ(here->descriptor, 1u);
  still.end();
}

TEST_F(StillThreads, ThreadsThatComeAndGoDoNoHarm) {
  start([this](std::atomic<std::int32_t>& own) {
    own = static_cast<std::int32_t>(sys::gettid());
    while (!stops_) std::thread([this] { ++born_; }).join();
  });
  for (int round = 0; round < 50; ++round) {
    Standstill still;
    ASSERT_TRUE(begin(&still));
    const std::uint64_t before = born_;
    poll(nullptr, 0, 1);
    EXPECT_EQ(born_, before);
    still.end();
    while (born_ == before) sched_yield();
  }
}

TEST_F(StillThreads, NoTimeMeansNoStandstill) {
  start([this](std::atomic<std::int32_t>& own) {
    own = static_cast<std::int32_t>(sys::gettid());
    while (!stops_) sched_yield();
  });
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  ASSERT_EQ(sigaction(SIGURG, &ignored, nullptr), 0);  // asked, and never answers
  Standstill still;
  const WaitingThread here{static_cast<std::int32_t>(sys::gettid()), 1, 1};
  EXPECT_EQ(still.begin(getpid(), SIGURG, here, sys::nanoseconds(CLOCK_MONOTONIC) + 20'000'000),
            ReachReason::no_answer);
}

}  // namespace
}  // namespace leakhook::life
