// SPDX-License-Identifier: Apache-2.0
// Functions with frames that compilers seldom make (../frames.h). AArch64.
  .text
  .macro function name
  .globl \name
  .type \name, %function
  .p2align 2
\name:
  .endm
  // callback(argument)
  .macro call_back
  mov x2, x0
  mov x0, x1
  blr x2
  .endm

  function frame_by_stack_pointer
  .cfi_startproc
  str x30, [sp, #-32]!
  .cfi_def_cfa_offset 32
  .cfi_offset x30, -32
  call_back
  ldr x30, [sp], #32
  .cfi_def_cfa_offset 0
  .cfi_restore x30
  ret
  .cfi_endproc

  function frame_with_cfa_elsewhere
  .cfi_startproc
  stp x19, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x19, -16
  .cfi_offset x30, -8
  mov x19, sp
  .cfi_def_cfa_register x19
  sub x9, sp, #128
  and sp, x9, #-64
  call_back
  mov sp, x19
  .cfi_def_cfa_register sp
  ldp x19, x30, [sp], #16
  .cfi_def_cfa_offset 0
  .cfi_restore x19
  .cfi_restore x30
  ret
  .cfi_endproc

  function frame_by_expression
  .cfi_startproc
  stp x20, x30, [sp, #-32]!
  .cfi_def_cfa_offset 32
  .cfi_offset x20, -32
  .cfi_offset x30, -24
  str x19, [sp, #16]
  .cfi_offset x19, -16
  add x20, sp, #32
  // DW_CFA_def_cfa_expression: breg20 (x20) + 0. DW_CFA_expression x19: breg20 - 16
  .cfi_escape 0x0f, 2, 0x84, 0
  .cfi_escape 0x10, 19, 2, 0x84, 0x70
  mov x19, xzr
  call_back
  .cfi_def_cfa sp, 32
  .cfi_offset x19, -16
  ldr x19, [sp, #16]
  .cfi_restore x19
  ldp x20, x30, [sp], #32
  .cfi_def_cfa_offset 0
  .cfi_restore x20
  .cfi_restore x30
  ret
  .cfi_endproc

  function frame_ending_in_call
  .cfi_startproc
  str x30, [sp, #-48]!
  .cfi_def_cfa_offset 48
  .cfi_offset x30, -48
  call_back
  .cfi_endproc
  function frame_after_the_end
  .cfi_startproc
  ret
  .cfi_endproc

  function frame_without_table
  stp x29, x30, [sp, #-16]!
  mov x29, sp
  call_back
  ldp x29, x30, [sp], #16
  ret

  function frame_outermost
  .cfi_startproc
  .cfi_undefined x30
  str x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  call_back
  ldr x30, [sp], #16
  .cfi_def_cfa_offset 0
  ret
  .cfi_endproc

  function frame_with_wild_frame_pointer
  .cfi_startproc
  stp x29, x30, [sp, #-16]!
  .cfi_def_cfa_offset 16
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  mov x29, #0x4141
  movk x29, #0x4141, lsl #16
  movk x29, #0x4141, lsl #32
  movk x29, #0x4141, lsl #48
  call_back
  ldp x29, x30, [sp], #16
  .cfi_def_cfa_offset 0
  .cfi_restore x29
  .cfi_restore x30
  ret
  .cfi_endproc

  // hint #25: paciasp, hint #29: autiasp
  function frame_with_signed_return
  .cfi_startproc
  hint #25
  .cfi_negate_ra_state
  stp x29, x30, [sp, #-32]!
  .cfi_def_cfa_offset 32
  .cfi_offset x29, -32
  .cfi_offset x30, -24
  mov x29, sp
  call_back
  ldp x29, x30, [sp], #32
  .cfi_def_cfa_offset 0
  .cfi_restore x29
  .cfi_restore x30
  hint #29
  .cfi_negate_ra_state
  ret
  .cfi_endproc

  function frame_with_record_above
  .cfi_startproc
  sub sp, sp, #64
  .cfi_def_cfa_offset 64
  stp x29, x30, [sp, #48]
  .cfi_offset x29, -16
  .cfi_offset x30, -8
  add x29, sp, #48
  call_back
  ldp x29, x30, [sp, #48]
  .cfi_restore x29
  .cfi_restore x30
  add sp, sp, #64
  .cfi_def_cfa_offset 0
  ret
  .cfi_endproc

  .section .note.GNU-stack, "", %progbits
