// SPDX-License-Identifier: Apache-2.0
// Probes of the timer, library and semaphore rows.
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include "probes.h"

namespace leakhook::test {

void probe_timer_create() {
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  timer_t timer{};
  const auto seen = HOOKED(timer_create, CLOCK_MONOTONIC, &event, &timer);
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("real, acquired timer %lx -", (unsigned long)timer));
  TRUE_ONE(timer_delete)(timer);
  FAILS(timer_create, "real", 999, &event, &timer);

  // A timer that runs a function has a thread inside libc, which is nobody's.
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = [](sigval) {};
  const auto threaded = HOOKED(timer_create, CLOCK_MONOTONIC, &event, &timer);
  ASSERT_EQ(threaded.value, 0);
  EXPECT_EQ(threaded.books, format("real, acquired timer %lx -", (unsigned long)timer));
  TRUE_ONE(timer_delete)(timer);
}

void probe_timer_delete() {
  sigevent event{};
  event.sigev_notify = SIGEV_NONE;
  timer_t timer{};
  ASSERT_EQ(HOOKED(timer_create, CLOCK_MONOTONIC, &event, &timer).value, 0);
  const auto number = (unsigned long)timer;
  EXPECT_EQ(HOOKED(timer_delete, timer).books,
            format("withdraw timer %lx, real, timer_deleted %lx", number, number));
  // Unknown to the books, in either shape.
  FAILS(timer_delete,
        format("withdraw timer %lx, withdraw timer 80000000%08lx, real, timer_refused %lx", number,
               number, number),
        timer);
  // Known, but gone behind our back: put back.
  ASSERT_EQ(HOOKED(timer_create, CLOCK_MONOTONIC, &event, &timer).value, 0);
  TRUE_ONE(timer_delete)(timer);
  FAILS(timer_delete, format("withdraw timer %lx, real, restore timer", (unsigned long)timer),
        timer);
}

namespace {

/// The path of libc: with a path no search is needed, wherever the caller's RUNPATH points.
const char* library() {
  Dl_info found;
  EXPECT_NE(dladdr(books_truth("getpt"), &found), 0);
  return found.dli_fname;
}

void expect_library(const Seen<void*>& seen, const char* name) {
  ASSERT_NE(seen.value, nullptr) << dlerror();
  EXPECT_EQ(seen.books, format("acquired library %lx %s", (unsigned long)seen.value, name));
  TRUE_ONE(dlclose)(seen.value);
}

}  // namespace

void probe_dlopen() {
  expect_library(HOOKED(dlopen, library(), RTLD_NOW), library());
  expect_library(HOOKED(dlopen, nullptr, RTLD_NOW), "-");
  FAILS(dlopen, "", "/nonexistent/library.so", RTLD_NOW);
  EXPECT_NE(dlerror(), nullptr);  // the program sees why
  FAILS(dlopen, "lost libraries_not_followed", "$ORIGIN/missing.so", RTLD_NOW);
}

void probe_dlmopen() {
  expect_library(HOOKED(dlmopen, LM_ID_BASE, library(), RTLD_NOW), library());
  FAILS(dlmopen, "", LM_ID_BASE, "/nonexistent/library.so", RTLD_NOW);
}

void probe_dlclose() {
  void* libc = HOOKED(dlopen, library(), RTLD_NOW).value;
  HOOKED(dlopen, library(), RTLD_NOW);  // a second handle: one to give back, one to lose
  TRUE_ONE(dlclose)(libc);
  const auto seen = HOOKED(dlclose, libc);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books,
            format("withdraw library %lx, real, libraries_changed", (unsigned long)libc));
  FAILS(dlclose, format("withdraw library %lx, real, restore library", (unsigned long)libc),
        libc);  // libc stays loaded, but nobody has it open
}

void probe_sem_open() {
  const auto truth = REAL(sem_open, "/leakhook_other", O_CREAT, 0600, 3);
  TRUE_ONE(sem_close)(truth.value);
  sem_unlink("/leakhook_other");
  const auto seen = HOOKED(sem_open, "/leakhook_probe", O_CREAT, 0600, 3);
  ASSERT_NE(seen.value, SEM_FAILED);
  EXPECT_EQ(seen.error, truth.error);
  EXPECT_EQ(seen.books,
            format("real, acquired semaphore %lx /leakhook_probe", (unsigned long)seen.value));
  int value = 0;
  sem_getvalue(seen.value, &value);
  EXPECT_EQ(value, 3);  // the fourth argument came through
  TRUE_ONE(sem_close)(seen.value);
  sem_unlink("/leakhook_probe");
  FAILS(sem_open, "real", "/leakhook_missing", 0, 0, 0);
}

void probe_sem_close() {
  sem_t* semaphore = HOOKED(sem_open, "/leakhook_probe", O_CREAT, 0600, 1).value;
  HOOKED(sem_open, "/leakhook_probe", 0, 0, 0);  // a second opening: one to give back, one to lose
  TRUE_ONE(sem_close)(semaphore);
  sem_unlink("/leakhook_probe");
  const std::string withdrawn = format("withdraw semaphore %lx, real", (unsigned long)semaphore);
  EXPECT_EQ(HOOKED(sem_close, semaphore).books, withdrawn);
  FAILS(sem_close, withdrawn + ", restore semaphore", semaphore);
}

}  // namespace leakhook::test
