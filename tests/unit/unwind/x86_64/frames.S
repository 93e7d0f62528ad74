// SPDX-License-Identifier: Apache-2.0
// Functions with frames that compilers seldom make (../frames.h). x86-64.
  .text
  .macro function name
  .globl \name
  .type \name, @function
\name:
  .endm

  function frame_by_stack_pointer
  .cfi_startproc
  sub $24, %rsp
  .cfi_adjust_cfa_offset 24
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  add $24, %rsp
  .cfi_adjust_cfa_offset -24
  ret
  .cfi_endproc

  function frame_with_cfa_elsewhere
  .cfi_startproc
  push %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbx, 0
  mov %rsp, %rbx
  .cfi_def_cfa_register rbx
  and $-64, %rsp
  sub $128, %rsp
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  mov %rbx, %rsp
  .cfi_def_cfa_register rsp
  pop %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  ret
  .cfi_endproc

  function frame_by_expression
  .cfi_startproc
  push %r12
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset r12, 0
  push %rbx
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbx, 0
  lea 24(%rsp), %r12
  // DW_CFA_def_cfa_expression: breg12 (r12) + 0. DW_CFA_expression rbx: breg12 - 24
  .cfi_escape 0x0f, 2, 0x7c, 0
  .cfi_escape 0x10, 3, 2, 0x7c, 0x68
  sub $8, %rsp
  mov %rdi, %rax
  mov %rsi, %rdi
  xor %ebx, %ebx
  call *%rax
  add $8, %rsp
  .cfi_def_cfa rsp, 24
  .cfi_rel_offset rbx, 0
  pop %rbx
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbx
  pop %r12
  .cfi_adjust_cfa_offset -8
  .cfi_restore r12
  ret
  .cfi_endproc

  function frame_ending_in_call
  .cfi_startproc
  sub $40, %rsp
  .cfi_adjust_cfa_offset 40
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  .cfi_endproc
  function frame_after_the_end
  .cfi_startproc
  ret
  .cfi_endproc

  function frame_without_table
  push %rbp
  mov %rsp, %rbp
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  pop %rbp
  ret

  function frame_outermost
  .cfi_startproc
  .cfi_undefined rip
  sub $8, %rsp
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  add $8, %rsp
  ret
  .cfi_endproc

  function frame_with_wild_frame_pointer
  .cfi_startproc
  push %rbp
  .cfi_adjust_cfa_offset 8
  .cfi_rel_offset rbp, 0
  mov $0x4141414141414141, %rbp
  mov %rdi, %rax
  mov %rsi, %rdi
  call *%rax
  pop %rbp
  .cfi_adjust_cfa_offset -8
  .cfi_restore rbp
  ret
  .cfi_endproc

  .section .note.GNU-stack, "", @progbits
