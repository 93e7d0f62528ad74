// SPDX-License-Identifier: Apache-2.0
// Keeps a word in a register, and nowhere else, for a while. AArch64.
#pragma once
#include <cstdint>

inline void keep_in_register(std::uint64_t word) {
  register std::uint64_t held __asm__("x20") = word;
  __asm__ volatile("mov w9, #100000 & 0xffff\n movk w9, #1, lsl #16\n1: subs w9, w9, #1\n b.ne 1b"
                   : "+r"(held)
                   :
                   : "x9", "cc");
}

inline void keep_in_vector_register(std::uint64_t word) {
  __asm__ volatile(
      "fmov d11, %0\n mov %0, xzr\n mov w9, #100000 & 0xffff\n movk w9, #1, lsl #16\n"
      "1: subs w9, w9, #1\n b.ne 1b\n fmov d11, xzr"
      : "+r"(word)
      :
      : "x9", "cc", "d11");
}
