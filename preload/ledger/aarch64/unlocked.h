// SPDX-License-Identifier: Apache-2.0
// How does a thread change a word that no other thread writes? AArch64: atomically, as if others
// did. No single instruction adds to memory without that, and a signal handler of its own must find
// the word before or after, never between.
//
// Readers in other threads and processes see each word whole. Async-signal-safe.
#pragma once
#include <atomic>
#include <cstdint>

namespace leakhook::ledger::unlocked {

/// Requires: the calling thread alone writes `word`.
inline void add(std::atomic<std::uint64_t>& word, std::uint64_t amount) {
  word.fetch_add(amount, std::memory_order_relaxed);
}

/// 0 becomes `value`: true. Anything else stays: false. Requires: as add().
inline bool claim(std::atomic<std::uint64_t>& word, std::uint64_t value) {
  std::uint64_t seen = 0;
  return word.compare_exchange_strong(seen, value, std::memory_order_acquire,
                                      std::memory_order_relaxed);
}

/// Whether the byte is zero right now; orders nothing.
inline bool is_zero(const std::atomic<std::uint8_t>& byte) {
  return byte.load(std::memory_order_relaxed) == 0;
}

}  // namespace leakhook::ledger::unlocked
