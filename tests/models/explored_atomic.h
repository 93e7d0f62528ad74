// SPDX-License-Identifier: Apache-2.0
// How does a real source become a model? Included before it, this gives std::atomic another
// meaning: each access is a step of the search (explorer.h). Copying memory is a step for each
// word, waiting a spin is waiting for the others, and time passes only for those who ask.
#pragma once
#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "explorer.h"

namespace explore {

template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);

 public:
  constexpr Atomic() = default;
  constexpr Atomic(T value) : value_(value) {}
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load(std::memory_order = std::memory_order_seq_cst) const {
    step(&value_, Access::read);
    return value_;
  }
  void store(T value, std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    change(value);
  }
  T exchange(T value, std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    return change(value);
  }
  bool compare_exchange_strong(T& expected, T value,
                               std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    if (std::memcmp(&value_, &expected, sizeof(T)) == 0) return change(value), true;
    expected = value_;
    return false;
  }
  bool compare_exchange_weak(T& expected, T value,
                             std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, value, order);
  }
  T fetch_add(T amount, std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    return change(static_cast<T>(value_ + amount));
  }
  T fetch_sub(T amount, std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    return change(static_cast<T>(value_ - amount));
  }
  T fetch_and(T mask, std::memory_order = std::memory_order_seq_cst) {
    step(&value_, Access::write);
    return change(static_cast<T>(value_ & mask));
  }

 private:
  T change(T value) {
    const T before = value_;
    about_to_change(&value_, sizeof value_);
    value_ = value;
    return before;
  }

  T value_{};
};

inline void* copy_by_words(void* to, const void* from, std::size_t size) {
  constexpr std::size_t kWord = 8;
  for (std::size_t at = 0; at < size; at += kWord) {
    step();
    __builtin_memcpy(static_cast<char*>(to) + at, static_cast<const char*>(from) + at,
                     std::min(kWord, size - at));
  }
  return to;
}

inline int ask_clock(clockid_t, timespec* time) {
  const std::uint64_t now = now_ns();
  *time = {static_cast<time_t>(now / 1'000'000'000), static_cast<long>(now % 1'000'000'000)};
  return 0;
}

}  // namespace explore

namespace std {
template <class T>
using explored_atomic = ::explore::Atomic<T>;
using ::explore::copy_by_words;
}  // namespace std

using explore::copy_by_words;

#define atomic explored_atomic
#define memcpy copy_by_words
#define clock_gettime ::explore::ask_clock
#define __builtin_ia32_pause ::explore::wait_for_others
