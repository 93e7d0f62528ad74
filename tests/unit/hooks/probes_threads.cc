// SPDX-License-Identifier: Apache-2.0
// Probes of the thread rows.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/prctl.h>
#include <threads.h>

#include "probes.h"

namespace leakhook::test {
namespace {

void* give_back(void* argument) { return argument; }
int give_seven(void*) { return 7; }

pthread_t thread_unseen() {
  pthread_t thread;
  EXPECT_EQ(TRUE_ONE(pthread_create)(&thread, nullptr, give_back, &thread), 0);
  return thread;
}

sem_t may_go;

void* waits_for_go(void*) {
  sem_wait(&may_go);
  return nullptr;
}
pthread_t thread_that_waits() {
  sem_init(&may_go, 0, 0);
  pthread_t thread;
  EXPECT_EQ(TRUE_ONE(pthread_create)(&thread, nullptr, waits_for_go, nullptr), 0);
  return thread;
}
void let_it_go() { sem_post(&may_go); }

/// Joined through the hook, in one of its ways.
template <class Join>
void expect_joined(const char* row, Join join) {
  const pthread_t thread = thread_unseen();
  void* result = nullptr;
  const auto seen = watch(row, [&] { return join(thread, &result); });
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_NE(result, nullptr);
  EXPECT_EQ(seen.books, "find_thread, real, thread_joined");
  const auto refused = watch(row, [&] { return join(pthread_self(), &result); });
  EXPECT_NE(refused.value, 0);
  EXPECT_EQ(refused.books, "find_thread, real");
}

timespec in_a_minute(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  now.tv_sec += 60;
  return now;
}

}  // namespace

void probe_pthread_create() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 18);
  pthread_t thread{};
  int token = 0;
  books_start("pthread_create");
  errno = kUntouched;
  ASSERT_EQ(hook_pthread_create(&thread, &attributes, give_back, &token), 0);
  EXPECT_EQ(errno, kUntouched);
  void* result = nullptr;
  ASSERT_EQ(TRUE_ONE(pthread_join)(thread, &result), 0);
  EXPECT_EQ(result, &token);
  EXPECT_EQ(std::string(books_stop()), "thread_starts 262144, real, thread_enters, thread_ends");

  pthread_attr_setstacksize(&attributes, std::size_t{1} << 46);
  const auto truth = REAL(pthread_create, &thread, &attributes, give_back, nullptr);
  const auto failed = HOOKED(pthread_create, &thread, &attributes, give_back, nullptr);
  EXPECT_EQ(failed.value, truth.value);
  EXPECT_NE(failed.value, 0);
  EXPECT_EQ(failed.books, "thread_starts 70368744177664, real, thread_start_failed");
  pthread_attr_destroy(&attributes);

  books_refuse_threads(true);  // then the thread runs bare
  books_start("pthread_create");
  ASSERT_EQ(hook_pthread_create(&thread, nullptr, give_back, &token), 0);
  TRUE_ONE(pthread_join)(thread, &result);
  EXPECT_EQ(result, &token);
  EXPECT_EQ(std::string(books_stop()).find("thread_enters"), std::string::npos);
  books_refuse_threads(false);
}

void probe_thrd_create() {
  thrd_t thread{};
  books_start("thrd_create");
  ASSERT_EQ(hook_thrd_create(&thread, give_seven, nullptr), thrd_success);
  int result = 0;
  ASSERT_EQ(TRUE_ONE(thrd_join)(thread, &result), thrd_success);
  EXPECT_EQ(result, 7);
  const std::string books = books_stop();
  EXPECT_EQ(books.substr(0, 14), "thread_starts ");
  EXPECT_NE(books.find("real, thread_enters, thread_ends"), std::string::npos) << books;
}

void probe_pthread_join() {
  expect_joined("pthread_join", [](pthread_t t, void** r) { return hook_pthread_join(t, r); });
}
void probe_pthread_tryjoin_np() {
  const pthread_t thread = thread_unseen();
  void* result = nullptr;
  Seen<int> seen{EBUSY, 0, ""};
  while (seen.value == EBUSY) {  // each call that comes too early leaves the record alone
    seen = HOOKED(pthread_tryjoin_np, thread, &result);
    EXPECT_EQ(seen.books,
              seen.value == 0 ? "find_thread, real, thread_joined" : "find_thread, real");
  }
  EXPECT_EQ(seen.value, 0);
}
void probe_pthread_timedjoin_np() {
  expect_joined("pthread_timedjoin_np", [](pthread_t t, void** r) {
    const timespec deadline = in_a_minute(CLOCK_REALTIME);
    return hook_pthread_timedjoin_np(t, r, &deadline);
  });
}
void probe_pthread_clockjoin_np() {
  expect_joined("pthread_clockjoin_np", [](pthread_t t, void** r) {
    const timespec deadline = in_a_minute(CLOCK_MONOTONIC);
    return hook_pthread_clockjoin_np(t, r, CLOCK_MONOTONIC, &deadline);
  });
}
void probe_thrd_join() {
  thrd_t thread{};
  ASSERT_EQ(TRUE_ONE(thrd_create)(&thread, give_seven, nullptr), thrd_success);
  int result = 0;
  const auto seen = HOOKED(thrd_join, thread, &result);
  EXPECT_EQ(seen.value, thrd_success);
  EXPECT_EQ(result, 7);
  EXPECT_EQ(seen.books, "find_thread, real, thread_joined");
  FAILS(thrd_join, "find_thread, real, thread_refused", thrd_current(), nullptr);
}

void probe_pthread_detach() {
  const pthread_t thread = thread_unseen();
  const auto seen = HOOKED(pthread_detach, thread);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books, "find_thread, real, thread_detached");
  pthread_t waits = thread_that_waits();
  ASSERT_EQ(TRUE_ONE(pthread_detach)(waits), 0);
  FAILS(pthread_detach, "find_thread, real, thread_refused", waits);
  let_it_go();
}
void probe_thrd_detach() {
  thrd_t thread{};
  ASSERT_EQ(TRUE_ONE(thrd_create)(&thread, give_seven, nullptr), thrd_success);
  EXPECT_EQ(HOOKED(thrd_detach, thread).books, "find_thread, real, thread_detached");
}

void probe_pthread_setname_np() {
  char before[16], after[16];
  pthread_getname_np(pthread_self(), before, sizeof before);
  EXPECT_EQ(HOOKED(pthread_setname_np, pthread_self(), "probe").books,
            "real, thread_named other probe");
  pthread_getname_np(pthread_self(), after, sizeof after);
  EXPECT_STREQ(after, "probe");
  pthread_setname_np(pthread_self(), before);
  FAILS(pthread_setname_np, "real", pthread_self(), "a name that is too long");
}

void probe_prctl() {
  char before[16], after[16];
  const auto word = [](const void* pointer) { return reinterpret_cast<unsigned long>(pointer); };
  EXPECT_EQ(HOOKED(prctl, PR_GET_NAME, word(before), 0, 0, 0).books, "real");
  EXPECT_EQ(HOOKED(prctl, PR_SET_NAME, word("probe"), 0, 0, 0).books,
            "real, thread_named self probe");
  TRUE_ONE(prctl)(PR_GET_NAME, word(after), 0, 0, 0);
  EXPECT_STREQ(after, "probe");
  TRUE_ONE(prctl)(PR_SET_NAME, word(before), 0, 0, 0);
  sock_filter no_step{0xffff, 0, 0, 0};
  const sock_fprog none{}, refused{1, &no_step}, unreadable{1, reinterpret_cast<sock_filter*>(8)};
  FAILS(prctl, "sandbox_begins, real", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, word(&refused), 0, 0);
  for (const sock_fprog* bad : {&none, &unreadable, reinterpret_cast<const sock_fprog*>(8)})
    FAILS(prctl, "real", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, word(bad), 0, 0);
  FAILS(prctl, "real", PR_SET_NAME, 8, 0, 0, 0);
}

}  // namespace leakhook::test
