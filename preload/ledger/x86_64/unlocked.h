// SPDX-License-Identifier: Apache-2.0
// How does a thread change a word that no other thread writes? x86-64: in one instruction, so that
// a signal handler of its own finds it before or after, never between; without the bus lock that
// costs six times as much.
//
// (A look at a byte that others change stands here, too: for the same reason, one instruction.)
//
// Readers in other threads and processes see each word whole. Async-signal-safe.
#pragma once
#include <atomic>
#include <cstdint>

namespace leakhook::ledger::unlocked {

// An atomic with the size of its value has the value's form (GCC and Clang, any aligned word).
static_assert(sizeof(std::atomic<std::uint64_t>) == sizeof(std::uint64_t));

/// Requires: the calling thread alone writes `word`.
inline void add(std::atomic<std::uint64_t>& word, std::uint64_t amount) {
  __asm__("addq %1, %0" : "+m"(reinterpret_cast<std::uint64_t&>(word)) : "er"(amount) : "cc");
}

/// 0 becomes `value`: true. Anything else stays: false. Requires: as add().
inline bool claim(std::atomic<std::uint64_t>& word, std::uint64_t value) {
  std::uint64_t seen = 0;
  __asm__("cmpxchgq %2, %1"
          : "+a"(seen), "+m"(reinterpret_cast<std::uint64_t&>(word))
          : "r"(value)
          : "cc", "memory");
  return seen == 0;
}

/// Whether the byte is zero right now; orders nothing. The compiler would load it first.
inline bool is_zero(const std::atomic<std::uint8_t>& byte) {
  bool is_zero;
  __asm__("cmpb $0, %1" : "=@ccz"(is_zero) : "m"(reinterpret_cast<const std::uint8_t&>(byte)));
  return is_zero;
}

}  // namespace leakhook::ledger::unlocked
