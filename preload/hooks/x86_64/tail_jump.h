// SPDX-License-Identifier: Apache-2.0
// How does a hook hand over to the real function without leaving a frame behind? x86-64.
//
// LEAKHOOK_TAIL_JUMP(name, decide) defines the function `name`: it calls `decide`, an extern "C"
// function of ours that gets the same first four arguments and the return address as its fifth, and
// jumps to the address that it returned, with all argument registers and the stack as they came.
#pragma once

#define LEAKHOOK_SAVE(reg) "push %" #reg "\n.cfi_adjust_cfa_offset 8\n"
#define LEAKHOOK_RESTORE(reg) "pop %" #reg "\n.cfi_adjust_cfa_offset -8\n"

// rax holds the number of vector arguments where `name` is variadic; seven pushes and the return
// address leave the stack aligned for the call.
#define LEAKHOOK_TAIL_JUMP(name, decide) \
  __asm__(".text\n.globl " #name "\n.type " #name ", @function\n.p2align 4\n" #name ":\n"          \
          ".cfi_startproc\nendbr64\n"                                                             \
          LEAKHOOK_SAVE(rdi) LEAKHOOK_SAVE(rsi) LEAKHOOK_SAVE(rdx) LEAKHOOK_SAVE(rcx)             \
          LEAKHOOK_SAVE(r8) LEAKHOOK_SAVE(r9) LEAKHOOK_SAVE(rax)                                  \
          "mov 56(%rsp), %r8\n"                                                                   \
          "call " #decide "\n"                                                                    \
          "mov %rax, %r11\n"                                                                      \
          LEAKHOOK_RESTORE(rax) LEAKHOOK_RESTORE(r9) LEAKHOOK_RESTORE(r8) LEAKHOOK_RESTORE(rcx)   \
          LEAKHOOK_RESTORE(rdx) LEAKHOOK_RESTORE(rsi) LEAKHOOK_RESTORE(rdi)                       \
          "jmp *%r11\n.cfi_endproc\n.size " #name ", .-" #name "\n")
