// SPDX-License-Identifier: Apache-2.0
// How does a child begin on a stack of its own? x86-64.
#include "../system.h"

namespace leakhook::sys {

long clone_call(int (*body)(void*), void* stack_end, unsigned long flags, void* argument,
                void* parent_tid, void* child_tid) {
  auto** top = static_cast<void**>(stack_end) - 2;  // 16-byte aligned once both are popped
  top[0] = reinterpret_cast<void*>(body);
  top[1] = argument;
  long result;
  register void* r10 __asm__("r10") = child_tid;
  register long r8 __asm__("r8") = 0;
  __asm__ volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "pop %%rax\n\t"
      "pop %%rdi\n\t"
      "call *%%rax\n\t"
      "mov %%eax, %%edi\n\t"
      "mov %[exit], %%eax\n\t"
      "syscall\n"
      "1:"
      : "=a"(result)
      : "a"(SYS_clone), "D"(flags), "S"(top), "d"(parent_tid), "r"(r10),
        "r"(r8), [exit] "i"(SYS_exit)
      : "rcx", "r11", "memory");
  return result;
}

}  // namespace leakhook::sys
