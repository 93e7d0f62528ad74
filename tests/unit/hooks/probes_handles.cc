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
  ASSERT_EQ(TRUE_ONE(timer_create)(CLOCK_MONOTONIC, &event, &timer), 0);
  const std::string withdrawn = format("withdraw timer %lx, real", (unsigned long)timer);
  EXPECT_EQ(HOOKED(timer_delete, timer).books, withdrawn);
  FAILS(timer_delete, withdrawn + ", restore timer", timer);
}

namespace {

constexpr char kLibrary[] = "libm.so.6";

void expect_library(const Seen<void*>& seen, const char* name) {
  ASSERT_NE(seen.value, nullptr) << dlerror();
  EXPECT_EQ(seen.books, format("acquired library %lx %s", (unsigned long)seen.value, name));
  TRUE_ONE(dlclose)(seen.value);
}

}  // namespace

void probe_dlopen() {
  expect_library(HOOKED(dlopen, kLibrary, RTLD_NOW), kLibrary);
  expect_library(HOOKED(dlopen, nullptr, RTLD_NOW), "-");
  FAILS(dlopen, "", "/nonexistent/library.so", RTLD_NOW);
  EXPECT_NE(dlerror(), nullptr);  // the program sees why
  FAILS(dlopen, "lost libraries_not_followed", "$ORIGIN/missing.so", RTLD_NOW);
}

void probe_dlmopen() {
  expect_library(HOOKED(dlmopen, LM_ID_BASE, kLibrary, RTLD_NOW), kLibrary);
  FAILS(dlmopen, "", LM_ID_BASE, "/nonexistent/library.so", RTLD_NOW);
}

void probe_dlclose() {
  void* library = TRUE_ONE(dlopen)(kLibrary, RTLD_NOW);
  const auto seen = HOOKED(dlclose, library);
  EXPECT_EQ(seen.value, 0);
  EXPECT_EQ(seen.books,
            format("withdraw library %lx, real, libraries_changed", (unsigned long)library));
  EXPECT_EQ(HOOKED(dlclose, nullptr).books, "withdraw library 0, real, restore library");
}

void probe_sem_open() {
  const auto seen = HOOKED(sem_open, "/leakhook_probe", O_CREAT, 0600, 3);
  ASSERT_NE(seen.value, SEM_FAILED);
  EXPECT_EQ(seen.error, kUntouched);
  EXPECT_EQ(seen.books, format("real, acquired semaphore %lx /leakhook_probe",
                               (unsigned long)seen.value));
  int value = 0;
  sem_getvalue(seen.value, &value);
  EXPECT_EQ(value, 3);  // the fourth argument came through
  TRUE_ONE(sem_close)(seen.value);
  sem_unlink("/leakhook_probe");
  FAILS(sem_open, "real", "/leakhook_missing", 0, 0, 0);
}

void probe_sem_close() {
  sem_t* semaphore = TRUE_ONE(sem_open)("/leakhook_probe", O_CREAT, 0600, 1);
  sem_unlink("/leakhook_probe");
  const std::string withdrawn =
      format("withdraw semaphore %lx, real", (unsigned long)semaphore);
  EXPECT_EQ(HOOKED(sem_close, semaphore).books, withdrawn);
  FAILS(sem_close, withdrawn + ", restore semaphore", semaphore);
}

}  // namespace leakhook::test
