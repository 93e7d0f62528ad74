// SPDX-License-Identifier: Apache-2.0
// What does glibc keep where a pthread_t points to? x86-64: the thread pointer itself; above it the
// descriptor, the last thing on a stack, below it the thread-local variables of the first modules.
#pragma once
#include <cstdint>

namespace leakhook::life {

/// One past what belongs to the descriptor.
inline std::uint64_t end_of_descriptor_at(std::uint64_t descriptor) {
  constexpr std::uint64_t kDescriptor = 0x700;  // struct pthread has 1800 to 2400 bytes
  return descriptor + kDescriptor;
}

/// Does a descriptor begin with these three words? It points to itself twice (tcb, self).
inline bool begins_descriptor(const std::uint64_t* words) {
  const auto here = reinterpret_cast<std::uint64_t>(words);
  return words[0] == here && words[2] == here;
}

/// The thread's table of thread-local variables, behind its header of two words.
inline std::uint64_t modules_table_of(std::uint64_t descriptor) {
  return reinterpret_cast<const std::uint64_t*>(descriptor)[1];
}

}  // namespace leakhook::life
