// SPDX-License-Identifier: Apache-2.0
// Where do a thread's registers lie while it stands still? AArch64.
#pragma once
#include <ucontext.h>

#include <cstdint>

namespace leakhook::life {

/// The general ones: x0 … x30.
constexpr int kRegisters = 31;

inline std::uint64_t stack_pointer_of(const ucontext_t& context) { return context.uc_mcontext.sp; }

inline void copy_registers(const ucontext_t& context, std::uint64_t (&to)[kRegisters]) {
  for (int i = 0; i < kRegisters; ++i) to[i] = context.uc_mcontext.regs[i];
}

/// How far below its frame a function that called __builtin_unwind_init() has saved registers:
/// compilers put them above the frame record.
constexpr std::uint64_t kSavedBelowFrame = 0;

}  // namespace leakhook::life
