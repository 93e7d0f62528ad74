// SPDX-License-Identifier: Apache-2.0
// What does glibc keep where a pthread_t points to? AArch64: the descriptor; above it, where the
// thread pointer stands, a pointer to the table of thread-local variables, and those of the first
// modules up to the end of the stack's mapping.
#pragma once
#include <pthread.h>

#include <cstdint>

namespace leakhook::life {

/// One past what belongs to the descriptor, or somewhere in another mapping.
inline std::uint64_t end_of_descriptor_at(std::uint64_t descriptor) {
  constexpr std::uint64_t kMostVariables = std::uint64_t{1} << 30;
  return descriptor + kMostVariables;
}

/// Does a descriptor begin with these three words? Here it has no sign by which it is known: the
/// stacks that glibc keeps of ended threads count as memory like any other.
inline bool begins_descriptor(const std::uint64_t*) { return false; }

/// The thread's table of thread-local variables, behind its header of two words.
inline std::uint64_t modules_table_of(std::uint64_t descriptor) {
  const auto own = reinterpret_cast<std::uint64_t>(__builtin_thread_pointer());
  const std::uint64_t size = own - pthread_self();
  return *reinterpret_cast<const std::uint64_t*>(descriptor + size);
}

}  // namespace leakhook::life
