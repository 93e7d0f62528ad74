// SPDX-License-Identifier: Apache-2.0
// How does a child begin on a stack of its own? AArch64.
#include "../system.h"

namespace leakhook::sys {

long clone_call(int (*body)(void*), void* stack_end, unsigned long flags, void* argument,
                void* parent_tid, void* child_tid) {
  auto** top = static_cast<void**>(stack_end) - 2;  // 16-byte aligned before both are popped, too
  top[0] = reinterpret_cast<void*>(body);
  top[1] = argument;
  register long x8 __asm__("x8") = SYS_clone;
  register long x0 __asm__("x0") = static_cast<long>(flags);
  register void** x1 __asm__("x1") = top;
  register void* x2 __asm__("x2") = parent_tid;
  register long x3 __asm__("x3") = 0;  // the thread pointer, which stays
  register void* x4 __asm__("x4") = child_tid;
  __asm__ volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, xzr\n\t"
      "ldp x1, x0, [sp], #16\n\t"
      "blr x1\n\t"
      "mov x8, %[exit]\n\t"
      "svc #0\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), [exit] "i"(SYS_exit)
      : "memory");
  return x0;
}

}  // namespace leakhook::sys
