// SPDX-License-Identifier: Apache-2.0
// Where do a thread's registers lie while it stands still? x86-64.
#pragma once
#include <ucontext.h>

#include <cstdint>
#include <cstring>

#include "../../base/range.h"

namespace leakhook::life {

/// The general ones.
constexpr int kRegisters = 16;

inline std::uint64_t stack_pointer_of(const ucontext_t& context) {
  return static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP]);
}

inline void copy_registers(const ucontext_t& context, std::uint64_t (&to)[kRegisters]) {
  for (int i = 0; i < kRegisters; ++i)  // r8 … r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp
    to[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[i]);
}

/// The vector registers, in which compilers move pointers about: where the kernel wrote them down
/// for the handler, which has not returned. They begin with xmm0; behind the 512 bytes of FXSAVE is
/// what XSAVE adds (asm/sigcontext.h: struct _fpx_sw_bytes in its last 48 bytes tells of it).
inline Range vector_registers_of(const ucontext_t& context) {
  constexpr std::uint64_t kAreaOfFxsave = 512, kFirstVector = 160, kToldAt = 464;
  constexpr std::uint32_t kMagic = 0x46505853, kMostBytes = 16384;
  const auto area = reinterpret_cast<std::uint64_t>(context.uc_mcontext.fpregs);
  if (area == 0) return {};
  struct {
    std::uint32_t magic, extended_size;
    std::uint64_t features;
    std::uint32_t size;
  } told;
  std::memcpy(&told, reinterpret_cast<const void*>(area + kToldAt), sizeof told);
  const bool has_more =
      told.magic == kMagic && told.size > kAreaOfFxsave && told.size <= kMostBytes;
  return {area + kFirstVector, area + (has_more ? told.size : kToldAt)};
}

/// How far below its frame a function that called __builtin_unwind_init() has saved registers: rbx,
/// r12 … r15.
constexpr std::uint64_t kSavedBelowFrame = 5 * sizeof(std::uint64_t);

}  // namespace leakhook::life
