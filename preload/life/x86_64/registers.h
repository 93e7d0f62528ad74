// SPDX-License-Identifier: Apache-2.0
// Where do a thread's registers lie while it stands still? x86-64.
#pragma once
#include <ucontext.h>

#include <cstdint>

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

/// How far below its frame a function that called __builtin_unwind_init() has saved registers: rbx,
/// r12 … r15.
constexpr std::uint64_t kSavedBelowFrame = 5 * sizeof(std::uint64_t);

}  // namespace leakhook::life
