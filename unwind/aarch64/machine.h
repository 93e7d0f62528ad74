// SPDX-License-Identifier: Apache-2.0
// What does unwinding need to know of AArch64 Linux? Chosen in unwind/meson.build: a folder per
// machine.
#pragma once
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>

#include "../address.h"

namespace leakhook::unwind::machine {

// Register numbers as DWARF counts them (aadwarf64, 4.1).
constexpr unsigned kFramePointer = 29;
constexpr unsigned kReturnAddress = 30;
constexpr unsigned kStackPointer = 31;
constexpr unsigned kProgramCounter = 32;
constexpr unsigned kRegisters = 33;

/// Where a rule's slot (Rule::slot) says that the caller's words lie, relative to the CFA: the
/// return address there, and a frame pointer that was saved right below it (AAPCS64, frame record).
constexpr std::int64_t return_slot(std::int64_t slot) { return slot; }
constexpr std::int64_t frame_pointer_slot(std::int64_t slot) { return slot - 8; }

/// The slot of a rule for a frame that keeps its caller's words there. False: no rule has it.
constexpr bool slot_for(std::int64_t return_at, std::int64_t* slot) {
  *slot = return_at;
  return return_at < 0;
}
constexpr bool slot_for(std::int64_t return_at, std::int64_t frame_pointer_at,
                        std::int64_t* slot) {
  *slot = return_at;
  return return_at < 0 && frame_pointer_at == return_at - 8;
}

/// The frame pointer and return address stand anywhere in a frame, usually at its lower end.
constexpr bool kFramePointerTellsStack = false;

/// A return address as it stands in memory, to the address that it means: without the signature
/// that functions may put into its upper bits (xpaclri, which older processors pass over).
inline Address code_address(Address word) {
  register Address link asm("x30") = word;
  asm("hint #7" : "+r"(link));
  return link;
}

/// One past the highest address a program is given unless it asks for more.
constexpr Address kHighestCode = Address{1} << 48;
/// A bit that no address of code has.
constexpr Address kNeverInCode = 1;

/// A call frame instruction that changes nothing for us: DW_CFA_AARCH64_negate_ra_state says that
/// the return address is signed from here on. Signatures are removed wherever one is read.
constexpr bool is_idle_instruction(std::uint8_t code) { return code == 0x2d; }

/// After the handler's ret the stack pointer stands at siginfo and ucontext: where each register
/// is, in the order of DWARF numbers (uc_mcontext.regs begins at 128 + 184).
struct ContextSlots {
  std::int32_t place[kRegisters];
  constexpr ContextSlots() : place() {
    for (unsigned i = 0; i < kRegisters; ++i) place[i] = static_cast<std::int32_t>(312 + 8 * i);
  }
  constexpr std::int32_t operator[](unsigned number) const { return place[number]; }
};
constexpr ContextSlots kContextSlot;

/// mov x8, #__NR_rt_sigreturn; svc #0: how the kernel's own page comes back from a signal.
constexpr std::uint8_t kSignalReturn[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0x00, 0x00, 0xd4};

/// Registers in DWARF order; `known` has a bit for each whose value is certain.
struct Registers {
  std::uint64_t value[kRegisters];
  std::uint64_t known;
};
constexpr std::uint64_t bit_of(unsigned number) { return std::uint64_t{1} << number; }

/// The registers here and now that our callers' unwind rules can speak of: x19 … x29.
__attribute__((always_inline)) inline void take_registers(Registers* out) {
  constexpr unsigned kFirst = 19;
  std::uint64_t here;
  std::uint64_t stack;
  asm volatile(
      "stp x19, x20, [%2]\n\t"
      "stp x21, x22, [%2, #16]\n\t"
      "stp x23, x24, [%2, #32]\n\t"
      "stp x25, x26, [%2, #48]\n\t"
      "stp x27, x28, [%2, #64]\n\t"
      "str x29, [%2, #80]\n\t"
      "mov %1, sp\n\t"
      "adr %0, ."
      : "=&r"(here), "=&r"(stack)
      : "r"(&out->value[kFirst])
      : "memory");
  out->value[kStackPointer] = stack;
  out->value[kProgramCounter] = here;
  out->known = (bit_of(kReturnAddress) - bit_of(kFirst)) | bit_of(kStackPointer) |
               bit_of(kProgramCounter);
}

/// futex(2) without libc: no errno, no cancellation. Returns the kernel's answer, −errno on
/// failure.
inline long futex(Address word, int operation, std::uint32_t value, const void* timeout) {
  register long number asm("x8") = SYS_futex;
  register long answer asm("x0") = static_cast<long>(word);
  register long operation_register asm("x1") = operation;
  register long value_register asm("x2") = static_cast<long>(value);
  register const void* timeout_register asm("x3") = timeout;
  asm volatile("svc #0"
               : "+r"(answer)
               : "r"(number), "r"(operation_register), "r"(value_register), "r"(timeout_register)
               : "memory");
  return answer;
}

}  // namespace leakhook::unwind::machine
