// SPDX-License-Identifier: Apache-2.0
// Do callers for whom libc does something special still get it? Old timers, and libraries with a
// RUNPATH. These call from other objects than the test program, so their notes carry a '!'.
#include <dlfcn.h>

#include "probes.h"

extern "C" {
int start_old_timer(int* timer);
int stop_old_timer(int timer);
void* load_with_runpath(const char* name);
void* load_without_runpath(const char* name);
}

namespace leakhook::test {
namespace {

TEST(OldTimers, KeepTheirFourBytesAndAreTold) {
  constexpr int kCanary = 0x5ca1ab1e;
  int timers[] = {-1, kCanary};
  const auto seen = watch("timer_create", [&] { return start_old_timer(timers); });
  ASSERT_EQ(seen.value, 0);
  EXPECT_EQ(timers[1], kCanary);
  EXPECT_GE(timers[0], 0);
  EXPECT_EQ(seen.books, format("acquired! timer 80000000%08x -", timers[0]));
  // Called in tail position, so that the caller looks like this program, which is of the new kind.
  const auto gone = watch("timer_delete", [&] { return stop_old_timer(timers[0]); });
  EXPECT_EQ(gone.value, 0);
  EXPECT_NE(gone.books.find(format("withdraw timer 80000000%08x", timers[0])), std::string::npos);
  EXPECT_EQ(gone.books.find("restore"), std::string::npos);
}

TEST(LibrariesWithRunpath, FindWhatTheyFoundBefore) {
  const auto seen = watch("dlopen", [] { return load_with_runpath("searched_plugin.so"); });
  ASSERT_NE(seen.value, nullptr) << dlerror();
  EXPECT_NE(dlsym(seen.value, "searched_answer"), nullptr);
  EXPECT_EQ(seen.books, "lost libraries_not_followed");
  dlclose(seen.value);
}

TEST(LibrariesWithoutRunpath, AreRecorded) {
  const auto seen = watch("dlopen", [] { return load_without_runpath("libm.so.6"); });
  ASSERT_NE(seen.value, nullptr) << dlerror();
  EXPECT_EQ(seen.books, format("acquired! library %lx libm.so.6", (unsigned long)seen.value));
  dlclose(seen.value);
}

}  // namespace
}  // namespace leakhook::test
