// SPDX-License-Identifier: Apache-2.0
// Frames that look like the last ones but are not (splice_frames.h). x86-64.
  .text
  .macro function name
  .globl \name
  .type \name, @function
\name:
  .endm

  // rdi: callee, rsi: its argument. Calls by_frame_pointer twice: for the second call it has slid
  // by 16, and the first return address still stands where it was.
  function sliding_caller
  .cfi_startproc
  push %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbx, 0
  push %r12
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset r12, 0
  sub $8, %rsp
  .cfi_adjust_cfa_offset 8
  mov %rdi, %rbx
  mov %rsi, %r12
  mov $64, %edx
  call by_frame_pointer
  sub $16, %rsp
  .cfi_adjust_cfa_offset 16
  mov %rbx, %rdi
  mov %r12, %rsi
  mov $48, %edx
  call by_frame_pointer
  add $24, %rsp
  .cfi_adjust_cfa_offset -24
  pop %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore r12
  pop %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  ret
  .cfi_endproc

  // rdi: callee, rsi: its argument, rdx: bytes to take from the stack, as alloca does.
  function by_frame_pointer
  .cfi_startproc
  push %rbp
  .cfi_def_cfa_offset 16
  .cfi_offset rbp, -16
  mov %rsp, %rbp
  .cfi_def_cfa_register rbp
  sub %rdx, %rsp
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  leave
  .cfi_def_cfa rsp, 8
  ret
  .cfi_endproc

  // rdi: callee. Calls it with a frame pointer of its own behind the saved one.
  .macro frame_that_saves name, first, second, place
  function \name
  .cfi_startproc
  mov g_word_of_frame(%rip), %rsi
  push \first
  .cfi_adjust_cfa_offset 8
  push \second
  .cfi_adjust_cfa_offset 8
  .cfi_offset rbp, \place
  xor %ebp, %ebp
  sub $8, %rsp
  .cfi_adjust_cfa_offset 8
  call *%rdi
  add $8, %rsp
  .cfi_adjust_cfa_offset -8
  pop %rdx
  .cfi_adjust_cfa_offset -8
  pop %rcx
  .cfi_adjust_cfa_offset -8
  .if \place == -16
  mov %rcx, %rbp
  .else
  mov %rdx, %rbp
  .endif
  .cfi_restore rbp
  ret
  .cfi_endproc
  .endm
  frame_that_saves saves_first, %rbp, %rsi, -16
  frame_that_saves saves_second, %rsi, %rbp, -24

  // Goes on where g_frame_to_take says, in no frame of its own.
  function take_frame
  .cfi_startproc
  jmp *g_frame_to_take(%rip)
  .cfi_endproc

  // Its last instruction is the call. Who takes the rule of the next function finds a stack that
  // ends: at the place that has no caller.
  function baited_call
  .cfi_startproc
  sub $40, %rsp
  .cfi_adjust_cfa_offset 40
  lea end_of_made_up_places(%rip), %rax
  mov %rax, (%rsp)
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  .cfi_endproc
  function after_baited_call
  .cfi_startproc
  ret
  .cfi_endproc

  // Never run: return addresses for stacks that are made up. Each place has one instruction before
  // it, to which the rule belongs; the next one says something else.
  .macro place by, offset, saved
  .cfi_startproc
  .cfi_def_cfa \by, \offset
  .if \saved
  .cfi_offset rbp, \saved
  .endif
  nop
  .cfi_endproc
  .cfi_startproc
  .cfi_def_cfa rsp, 4096
  ud2
  .cfi_endproc
  .endm
  .balign 64
  function made_up_places
  .irp size, 16, 24, 32, 48
  place rsp, \size, 0
  place rsp, \size, -16
  .endr
  place rsp, 24, -24
  place rsp, 32, -24
  place rsp, 48, -24
  place rsp, 48, -32
  place rbp, 16, -16
  place rbp, 24, -16
  place rbp, 32, 0
  place rbp, 32, -24
  .cfi_startproc
  .cfi_def_cfa rsp, 32
  // DW_CFA_expression rbp: breg6 (rbp) + 0
  .cfi_escape 0x10, 6, 2, 0x76, 0
  nop
  .cfi_endproc
  .cfi_startproc
  .cfi_def_cfa rsp, 4096
  ud2
  .cfi_endproc
  .cfi_startproc
  .cfi_undefined rip
  nop
end_of_made_up_places:
  ud2
  .cfi_endproc

  .section .note.GNU-stack, "", @progbits
