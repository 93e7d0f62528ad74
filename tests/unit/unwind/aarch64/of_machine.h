// SPDX-License-Identifier: Apache-2.0
// What do the tests of unwind/ need to know of AArch64? A folder per machine, with the same names.
#pragma once
#include <ucontext.h>

#include <cstddef>
#include <cstdint>

namespace leakhook::unwind {

// Functions as a JIT compiler writes them, which call callback(argument) and return.
/// stp x29, x30, [sp, #-16]!; mov x29, sp; mov x2, x0; mov x0, x1; blr x2; ldp x29, x30, [sp], #16
constexpr std::uint32_t kJitCode[] = {0xa9bf7bfd, 0x910003fd, 0xaa0003e2, 0xaa0103e0,
                                      0xd63f0040, 0xa8c17bfd, 0xd65f03c0};
/// The same with mov x29, #1 instead of the frame pointer.
constexpr std::uint32_t kJitCodeWithoutFramePointer[] = {
    0xa9bf7bfd, 0xd280003d, 0xaa0003e2, 0xaa0103e0, 0xd63f0040, 0xa8c17bfd, 0xd65f03c0};

/// How far above the stack pointer the context lies when a signal handler has returned: siginfo
/// comes first.
constexpr std::size_t kContextAt = 128;

inline unsigned long long& place_in(ucontext_t& context, unsigned dwarf_number) {
  constexpr unsigned kStackPointer = 31, kProgramCounter = 32;
  if (dwarf_number == kStackPointer) return context.uc_mcontext.sp;
  if (dwarf_number == kProgramCounter) return context.uc_mcontext.pc;
  return context.uc_mcontext.regs[dwarf_number];
}

__attribute__((always_inline)) inline std::uint64_t stack_pointer() {
  std::uint64_t here;
  asm volatile("mov %0, sp" : "=r"(here));
  return here;
}

/// The stack that a capture may take: where rules are compiled, and with all registers. A row of
/// the tables has twice the registers of x86-64.
constexpr std::size_t kMostWithTables = 2304;
constexpr std::size_t kMostWithRegisters = 3840;

}  // namespace leakhook::unwind
