// SPDX-License-Identifier: Apache-2.0
// What does unwinding need to know of x86-64 Linux? Chosen in unwind/meson.build: a folder per
// machine.
#pragma once
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

#include "../address.h"

namespace leakhook::unwind::machine {

// Register numbers as DWARF counts them (System V psABI, figure 3.36).
constexpr unsigned kFramePointer = 6;
constexpr unsigned kStackPointer = 7;
constexpr unsigned kReturnAddress = 16;
constexpr unsigned kProgramCounter = kReturnAddress;
constexpr unsigned kRegisters = 17;

/// call pushed the return address right below the CFA.
constexpr std::int64_t kReturnSlot = -8;

/// Where a rule's slot (Rule::slot) says that the caller's words lie, relative to the CFA.
constexpr std::int64_t return_slot(std::int64_t) { return kReturnSlot; }
constexpr std::int64_t frame_pointer_slot(std::int64_t slot) { return slot; }

/// The slot of a rule for a frame that keeps its caller's words there. False: no rule has it.
/// The frame pointer is in the frame itself, thus below the return address.
constexpr bool slot_for(std::int64_t return_at, std::int64_t* slot) {
  *slot = 0;
  return return_at == kReturnSlot;
}
constexpr bool slot_for(std::int64_t return_at, std::int64_t frame_pointer_at,
                        std::int64_t* slot) {
  *slot = frame_pointer_at;
  return return_at == kReturnSlot && frame_pointer_at < kReturnSlot;
}

/// The frame pointer and return address stand at the frame's upper end: a step by the frame
/// pointer tells the caller's stack pointer, too.
constexpr bool kFramePointerTellsStack = true;

/// A return address as it stands in memory, to the address that it means.
constexpr Address code_address(Address word) { return word; }

/// One past the highest address a program is given unless it asks for more.
constexpr Address kHighestCode = Address{1} << 47;
/// A bit that no address of code has.
constexpr Address kNeverInCode = Address{1} << 47;

/// A call frame instruction that changes nothing for us.
constexpr bool is_idle_instruction(std::uint8_t) { return false; }

/// After the handler's ret the stack pointer stands at the ucontext: where in it each register is,
/// in the order of DWARF numbers (uc_mcontext.gregs begins at 40).
constexpr std::int32_t kContextSlot[kRegisters] = {144, 136, 152, 128, 112, 104, 120, 160, 40,
                                                   48,  56,  64,  72,  80,  88,  96,  168};

/// mov $__NR_rt_sigreturn, %rax; syscall: how a signal's restorer begins in any C library.
constexpr std::uint8_t kSignalReturn[] = {0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05};

/// Registers in DWARF order; `known` has a bit for each whose value is certain.
struct Registers {
  std::uint64_t value[kRegisters];
  std::uint64_t known;
};
constexpr std::uint64_t bit_of(unsigned number) { return std::uint64_t{1} << number; }

/// The registers here and now that our callers' unwind rules can speak of.
__attribute__((always_inline)) inline void take_registers(Registers* out) {
  constexpr unsigned kRbx = 3, kR12 = 12, kR13 = 13, kR14 = 14, kR15 = 15;
  asm volatile("movq %%rbx, %0" : "=m"(out->value[kRbx]));
  asm volatile("movq %%rbp, %0" : "=m"(out->value[kFramePointer]));
  asm volatile("movq %%r12, %0" : "=m"(out->value[kR12]));
  asm volatile("movq %%r13, %0" : "=m"(out->value[kR13]));
  asm volatile("movq %%r14, %0" : "=m"(out->value[kR14]));
  asm volatile("movq %%r15, %0" : "=m"(out->value[kR15]));
  std::uint64_t here;
  std::uint64_t stack;
  asm volatile("leaq 0(%%rip), %0\n\tmovq %%rsp, %1" : "=r"(here), "=r"(stack));
  out->value[kStackPointer] = stack;
  out->value[kReturnAddress] = here;
  out->known = 1u << kRbx | 1u << kFramePointer | 1u << kStackPointer | 1u << kR12 | 1u << kR13 |
               1u << kR14 | 1u << kR15 | 1u << kReturnAddress;
}

/// futex(2) without libc: no errno, no cancellation. Returns the kernel's answer, −errno on
/// failure.
inline long futex(Address word, int operation, std::uint32_t value, const void* timeout) {
  long answer = SYS_futex;
  register const void* timeout_register asm("r10") = timeout;
  asm volatile("syscall"
               : "+a"(answer)
               : "D"(word), "S"(static_cast<long>(operation)), "d"(static_cast<long>(value)),
                 "r"(timeout_register)
               : "rcx", "r11", "memory");
  return answer;
}

}  // namespace leakhook::unwind::machine
