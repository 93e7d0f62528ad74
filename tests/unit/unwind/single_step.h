// SPDX-License-Identifier: Apache-2.0
// What if this were left by a signal handler's siglongjmp after so many instructions?
#pragma once
#include <setjmp.h>
#include <signal.h>

namespace leakhook::unwind {

/// Set by sigsetjmp() before stepping begins: where count_step() goes.
inline sigjmp_buf g_abandoned;
inline volatile sig_atomic_t g_steps_left;

/// The handler of SIGTRAP.
inline void count_step(int) {
  g_steps_left = g_steps_left - 1;
  if (g_steps_left == 0) siglongjmp(g_abandoned, 1);
}

[[gnu::always_inline]] inline void begin_steps() {
  asm volatile("pushfq\n\torq $0x100, (%%rsp)\n\tpopfq" : : : "memory", "cc");
}
[[gnu::always_inline]] inline void end_steps() {
  asm volatile("pushfq\n\tandq $~0x100, (%%rsp)\n\tpopfq" : : : "memory", "cc");
}

}  // namespace leakhook::unwind
