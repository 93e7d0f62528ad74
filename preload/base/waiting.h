// SPDX-License-Identifier: Apache-2.0
// How does one wait for a word that another thread or process changes? Futexes without libc.
//
// Async-signal-safe. The word may lie in memory that processes share.
#pragma once
#include <linux/futex.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "system.h"

namespace leakhook::sys {

/// Returns when somebody wakes us, the word is not `value` (any more), or a signal came; false: the
/// time is up.
template <class Word>
bool wait_while(const std::atomic<Word>& word, Word value, std::uint64_t ns) {
  static_assert(sizeof(Word) == 4);
  const timespec left{static_cast<time_t>(ns / 1'000'000'000),
                      static_cast<long>(ns % 1'000'000'000)};
  return call(SYS_futex, sys::word(&word), FUTEX_WAIT, static_cast<long>(value),
              sys::word(&left)) != -ETIMEDOUT;
}

template <class Word>
void wake_all(const std::atomic<Word>& word) {
  static_assert(sizeof(Word) == 4);
  call(SYS_futex, sys::word(&word), FUTEX_WAKE, 0x7fffffff);
}

}  // namespace leakhook::sys
