// SPDX-License-Identifier: Apache-2.0
// Probes of hooks/limits.cc. Every call sets the limit that holds already.
#include <unistd.h>

#include "probes.h"

namespace leakhook::test {
namespace {

constexpr const char* kFollowed = "real, address_space_was_limited";

template <class Limit>
Limit limit_of(__rlimit_resource resource) {
  Limit limit{};
  if constexpr (std::is_same_v<Limit, rlimit>)
    EXPECT_EQ(getrlimit(resource, &limit), 0);
  else
    EXPECT_EQ(getrlimit64(resource, &limit), 0);
  return limit;
}

template <class Limit>
Limit impossible() {
  return {2, 1};
}

#define PROBE_SETRLIMIT(name, Limit)                              \
  void probe_##name() {                                           \
    const auto space = limit_of<Limit>(RLIMIT_AS);                \
    const auto seen = HOOKED(name, RLIMIT_AS, &space);            \
    EXPECT_EQ(seen.value, 0);                                     \
    EXPECT_EQ(seen.error, kUntouched);                            \
    EXPECT_EQ(seen.books, kFollowed);                             \
    const auto files = limit_of<Limit>(RLIMIT_NOFILE);            \
    EXPECT_EQ(HOOKED(name, RLIMIT_NOFILE, &files).books, "real"); \
    const auto wrong = impossible<Limit>();                       \
    FAILS(name, "real", RLIMIT_AS, &wrong);                       \
  }

#define PROBE_PRLIMIT(name, Limit)                                             \
  void probe_##name() {                                                        \
    const auto space = limit_of<Limit>(RLIMIT_AS);                             \
    for (const pid_t pid : {0, getpid()}) {                                    \
      Limit before{1, 1};                                                      \
      const auto seen = HOOKED(name, pid, RLIMIT_AS, &space, &before);         \
      EXPECT_EQ(seen.value, 0);                                                \
      EXPECT_EQ(seen.error, kUntouched);                                       \
      EXPECT_EQ(seen.books, kFollowed);                                        \
      EXPECT_EQ(before.rlim_cur, space.rlim_cur);                              \
      EXPECT_EQ(HOOKED(name, pid, RLIMIT_AS, nullptr, &before).books, "real"); \
    }                                                                          \
    const pid_t child = TRUE_ONE(fork)();                                      \
    if (child == 0) TRUE_ONE(_exit)(pause());                                  \
    const auto of_child = HOOKED(name, child, RLIMIT_AS, &space, nullptr);     \
    EXPECT_EQ(of_child.value, 0);                                              \
    EXPECT_EQ(of_child.books, "real");                                         \
    kill(child, SIGKILL);                                                      \
    EXPECT_EQ(TRUE_ONE(waitpid)(child, nullptr, 0), child);                    \
    const auto files = limit_of<Limit>(RLIMIT_NOFILE);                         \
    EXPECT_EQ(HOOKED(name, 0, RLIMIT_NOFILE, &files, nullptr).books, "real");  \
    const auto wrong = impossible<Limit>();                                    \
    FAILS(name, "real", 0, RLIMIT_AS, &wrong, nullptr);                        \
  }

}  // namespace

PROBE_SETRLIMIT(setrlimit, rlimit)
PROBE_SETRLIMIT(setrlimit64, rlimit64)
PROBE_PRLIMIT(prlimit, rlimit)
PROBE_PRLIMIT(prlimit64, rlimit64)

}  // namespace leakhook::test
