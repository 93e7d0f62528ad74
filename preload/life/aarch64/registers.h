// SPDX-License-Identifier: Apache-2.0
// Where do a thread's registers lie while it stands still? AArch64.
#pragma once
#include <ucontext.h>

#include <cstdint>
#include <cstring>

#include "../../base/range.h"

namespace leakhook::life {

/// The general ones: x0 … x30.
constexpr int kRegisters = 31;

inline std::uint64_t stack_pointer_of(const ucontext_t& context) { return context.uc_mcontext.sp; }

inline void copy_registers(const ucontext_t& context, std::uint64_t (&to)[kRegisters]) {
  for (int i = 0; i < kRegisters; ++i) to[i] = context.uc_mcontext.regs[i];
}

/// The vector registers, in which compilers move pointers about: where the kernel wrote them down
/// for the handler, which has not returned. Records, each with a number and its size
/// (asm/sigcontext.h: struct _aarch64_ctx); number 0 ends them.
inline Range vector_registers_of(const ucontext_t& context) {
  const unsigned char* const records = context.uc_mcontext.__reserved;
  std::uint32_t end = 0;
  for (;;) {
    struct {
      std::uint32_t number, size;
    } record;
    if (end + sizeof record > sizeof context.uc_mcontext.__reserved) break;
    std::memcpy(&record, records + end, sizeof record);
    if (record.number == 0 || record.size < sizeof record ||
        record.size > sizeof context.uc_mcontext.__reserved - end)
      break;
    end += record.size;
  }
  const auto begin = reinterpret_cast<std::uint64_t>(records);
  return {begin, begin + end};
}

/// How far below its frame a function that called __builtin_unwind_init() has saved registers:
/// compilers put them above the frame record.
constexpr std::uint64_t kSavedBelowFrame = 0;

}  // namespace leakhook::life
