// SPDX-License-Identifier: Apache-2.0
// How is a hook probed? It is called beside the real function: same result, same errno, and exactly
// these notes in the books.
#pragma once
#include <gtest/gtest.h>

#include <cstdarg>
#include <cstdio>
#include <string>
#include <type_traits>

#include "../../../preload/base/real.h"
#include "books.h"

namespace leakhook::test {

// The hooks by their own names: fixed arguments, no builtins, no fortified macros.
#define INTERPOSED(ret, name, params, args)         \
  extern "C" ret hook_##name params __asm__(#name); \
  using type_of_##name = ret(*) params;             \
  void probe_##name();
#include "../../../preload/interposed.def"

inline constexpr int kUntouched = 4711;

template <class R>
struct Seen {
  R value;
  int error;
  std::string books;
};

inline std::string format(const char* text, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, text);
  std::vsnprintf(line, sizeof line, text, arguments);
  va_end(arguments);
  return line;
}

template <class Call>
auto watch(const char* row, Call call) {
  if (row != nullptr) books_start(row);
  errno = kUntouched;
  const auto value = call();
  const int error = errno;
  return Seen<std::remove_const_t<decltype(value)>>{value, error,
                                                    row != nullptr ? books_stop() : ""};
}

/// The hook, watched; the real function, unwatched.
#define HOOKED(name, ...) \
  ::leakhook::test::watch(#name, [&] { return ::leakhook::test::hook_##name(__VA_ARGS__); })
#define TRUE_ONE(name) reinterpret_cast<::leakhook::test::type_of_##name>(books_truth(#name))
#define REAL(name, ...) \
  ::leakhook::test::watch(nullptr, [&] { return TRUE_ONE(name)(__VA_ARGS__); })

/// Fails as the real one does, and leaves these notes.
#define FAILS(name, notes, ...)                           \
  do {                                                    \
    const auto truth = REAL(name, __VA_ARGS__);           \
    const auto hooked = HOOKED(name, __VA_ARGS__);        \
    EXPECT_EQ(truth.value, hooked.value) << #name;        \
    EXPECT_EQ(truth.error, hooked.error) << #name;        \
    EXPECT_EQ(std::string(notes), hooked.books) << #name; \
  } while (false)

/// Both give a descriptor and leave errno alike; the hook notes one acquisition after the real
/// call.
#define GIVES_FD(name, kind, path, ...)                                                         \
  do {                                                                                          \
    const auto truth = REAL(name, __VA_ARGS__);                                                 \
    const auto hooked = HOOKED(name, __VA_ARGS__);                                              \
    ASSERT_GE(truth.value, 0) << #name;                                                         \
    ASSERT_GE(hooked.value, 0) << #name;                                                        \
    EXPECT_EQ(truth.error, hooked.error) << #name;                                              \
    EXPECT_EQ(::leakhook::test::format("real, acquired_fd %s %d %s", kind, hooked.value, path), \
              hooked.books);                                                                    \
    TRUE_ONE(close)(truth.value);                                                               \
    TRUE_ONE(close)(hooked.value);                                                              \
  } while (false)

}  // namespace leakhook::test
