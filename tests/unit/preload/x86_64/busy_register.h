// SPDX-License-Identifier: Apache-2.0
// Keeps a word in a register, and nowhere else, for a while. x86-64.
#pragma once
#include <cstdint>

inline void keep_in_register(std::uint64_t word) {
  register std::uint64_t held __asm__("r13") = word;
  __asm__ volatile("mov $100000, %%ecx\n1: dec %%ecx\n jnz 1b" : "+r"(held) : : "ecx");
}

inline void keep_in_vector_register(std::uint64_t word) {
  __asm__ volatile(
      "movq %0, %%xmm11\n xor %0, %0\n mov $100000, %%ecx\n1: dec %%ecx\n jnz 1b\n"
      "pxor %%xmm11, %%xmm11"
      : "+r"(word)
      :
      : "ecx", "xmm11");
}
