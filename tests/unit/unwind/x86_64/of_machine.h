// SPDX-License-Identifier: Apache-2.0
// What do the tests of unwind/ need to know of x86-64? A folder per machine, with the same names.
#pragma once
#include <ucontext.h>

#include <cstddef>
#include <cstdint>

namespace leakhook::unwind {

// Functions as a JIT compiler writes them, which call callback(argument) and return.
constexpr std::uint8_t kJitCode[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x89, 0xf8,
                                     0x48, 0x89, 0xf7, 0xff, 0xd0, 0x5d, 0xc3};
/// push rbp; mov rbp, 1; call; pop: rbp is no frame pointer.
constexpr std::uint8_t kJitCodeWithoutFramePointer[] = {
    0x55, 0x48, 0xc7, 0xc5, 1,    0,    0,    0,    0x48,
    0x89, 0xf8, 0x48, 0x89, 0xf7, 0xff, 0xd0, 0x5d, 0xc3};

/// How far above the stack pointer the context lies when a signal handler has returned.
constexpr std::size_t kContextAt = 0;

inline greg_t& place_in(ucontext_t& context, unsigned dwarf_number) {
  constexpr int kInDwarfOrder[] = {REG_RAX, REG_RDX, REG_RCX, REG_RBX, REG_RSI, REG_RDI,
                                   REG_RBP, REG_RSP, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                   REG_R12, REG_R13, REG_R14, REG_R15, REG_RIP};
  return context.uc_mcontext.gregs[kInDwarfOrder[dwarf_number]];
}

__attribute__((always_inline)) inline std::uint64_t stack_pointer() {
  std::uint64_t here;
  asm volatile("movq %%rsp, %0" : "=r"(here));
  return here;
}

/// The stack that a capture may take: where rules are compiled, and with all registers.
constexpr std::size_t kMostWithTables = 1536;
constexpr std::size_t kMostWithRegisters = 2560;

}  // namespace leakhook::unwind
