// SPDX-License-Identifier: Apache-2.0
// Does the ledger hear of a thread's end, once, in every way to end? And is what happens on the way
// (destructors, cleanup functions, terminate) what it would be without us?
#include <netinet/in.h>
#include <pthread.h>
#include <threads.h>

#include <atomic>

#include "probes.h"

extern "C" const char __executable_start, etext;

namespace leakhook::test {
namespace {

std::atomic<int> unwound;
std::atomic<bool> is_there;

struct Unwinds {
  ~Unwinds() { ++unwound; }
};

int count_of(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

class ThreadEndings : public testing::Test {
 protected:
  void SetUp() override {
    books_expect_callers(&__executable_start, &etext);
    unwound = 0;
    is_there = false;
    books_start("pthread_create");
  }
  /// Starts, lets `meanwhile` act, joins; the end must be noted once and after the start.
  template <class Meanwhile>
  void* run(void* (*routine)(void*), void* argument, Meanwhile meanwhile) {
    pthread_t thread;
    EXPECT_EQ(hook_pthread_create(&thread, nullptr, routine, argument), 0);
    meanwhile(thread);
    void* result = nullptr;
    EXPECT_EQ(TRUE_ONE(pthread_join)(thread, &result), 0);
    const std::string books = books_stop();
    EXPECT_EQ(count_of(books, "thread_enters"), 1) << books;
    EXPECT_EQ(count_of(books, "thread_ends"), 1) << books;
    return result;
  }
  void* run(void* (*routine)(void*), void* argument = nullptr) {
    return run(routine, argument, [](pthread_t) {});
  }
  static void cancel_when_there(pthread_t thread) {
    while (!is_there) sched_yield();
    EXPECT_EQ(pthread_cancel(thread), 0);
  }
};

TEST_F(ThreadEndings, Return) {
  int token = 0;
  EXPECT_EQ(run([](void* argument) { return argument; }, &token), &token);
}

TEST_F(ThreadEndings, ExitFromBelow) {
  int token = 0;
  EXPECT_EQ(run(
                [](void* argument) -> void* {
                  Unwinds here;
                  pthread_exit(argument);
                },
                &token),
            &token);
  EXPECT_EQ(unwound, 1);
}

TEST_F(ThreadEndings, CancelledInAcceptThroughItsHook) {
  int listener = TRUE_ONE(socket)(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ASSERT_EQ(bind(listener, (sockaddr*)&address, sizeof address), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  void* result = run(
      [](void* argument) -> void* {
        Unwinds here;
        is_there = true;
        hook_accept(*static_cast<int*>(argument), nullptr, nullptr);
        return nullptr;
      },
      &listener, cancel_when_there);
  EXPECT_EQ(result, PTHREAD_CANCELED);
  EXPECT_EQ(unwound, 1);
  TRUE_ONE(close)(listener);
}

// Nothing to destroy on the way: C++ forbids that between two calls.
void* run_forever(void*) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, nullptr);
  is_there = true;
  for (volatile int forever = 1; forever != 0;) {
  }
  return nullptr;
}

TEST_F(ThreadEndings, CancelledAtAnyInstruction) {
  EXPECT_EQ(run(run_forever, nullptr, cancel_when_there), PTHREAD_CANCELED);
}

TEST_F(ThreadEndings, C11Exit) {
  thrd_t thread;
  ASSERT_EQ(hook_thrd_create(
                &thread, [](void*) -> int { thrd_exit(5); }, nullptr),
            thrd_success);
  int result = 0;
  ASSERT_EQ(TRUE_ONE(thrd_join)(thread, &result), thrd_success);
  EXPECT_EQ(result, 5);
  EXPECT_EQ(count_of(books_stop(), "thread_ends"), 1);
}

TEST_F(ThreadEndings, Detached) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  ASSERT_EQ(hook_pthread_create(
                &thread, &attributes, [](void* a) { return a; }, nullptr),
            0);
  while (!books_contain("thread_ends")) sched_yield();
  EXPECT_TRUE(books_contain(" detached, real"));
  books_stop();
}

TEST_F(ThreadEndings, WithTheSmallestStack) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
  pthread_t thread;
  ASSERT_EQ(hook_pthread_create(
                &thread, &attributes, [](void* a) { return a; }, nullptr),
            0);
  EXPECT_EQ(TRUE_ONE(pthread_join)(thread, nullptr), 0);
  EXPECT_TRUE(books_contain("thread_starts 16384"));
  EXPECT_TRUE(books_contain("thread_ends"));
  books_stop();
}

TEST_F(ThreadEndings, AnEscapedExceptionTerminates) {
  EXPECT_DEATH(run([](void*) -> void* { throw 1; }), "terminate called after throwing");
}

}  // namespace
}  // namespace leakhook::test
