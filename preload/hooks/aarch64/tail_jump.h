// SPDX-License-Identifier: Apache-2.0
// How does a hook hand over to the real function without leaving a frame behind? AArch64.
//
// LEAKHOOK_TAIL_JUMP(name, decide) defines the function `name`: it calls `decide`, an extern "C"
// function of ours that gets the same first four arguments and the return address as its fifth, and
// jumps to the address that it returned, with all argument registers and the stack as they came.
#pragma once

// hint #34 (bti c): may be called through a pointer. x8: where a large result goes. No argument of
// the functions that are left this way is a floating-point number.
#define LEAKHOOK_TAIL_JUMP(name, decide) \
  __asm__(".text\n.globl " #name "\n.type " #name ", %function\n.p2align 4\n" #name ":\n"         \
          ".cfi_startproc\nhint #34\n"                                                            \
          "stp x29, x30, [sp, #-96]!\n.cfi_def_cfa_offset 96\n"                                   \
          ".cfi_offset x29, -96\n.cfi_offset x30, -88\nmov x29, sp\n"                             \
          "stp x0, x1, [sp, #16]\nstp x2, x3, [sp, #32]\nstp x4, x5, [sp, #48]\n"                 \
          "stp x6, x7, [sp, #64]\nstr x8, [sp, #80]\n"                                            \
          "mov x4, x30\nbl " #decide "\nmov x16, x0\n"                                            \
          "ldp x0, x1, [sp, #16]\nldp x2, x3, [sp, #32]\nldp x4, x5, [sp, #48]\n"                 \
          "ldp x6, x7, [sp, #64]\nldr x8, [sp, #80]\nldp x29, x30, [sp], #96\n"                   \
          ".cfi_def_cfa_offset 0\n.cfi_restore x29\n.cfi_restore x30\n"                           \
          "br x16\n.cfi_endproc\n.size " #name ", .-" #name "\n")
