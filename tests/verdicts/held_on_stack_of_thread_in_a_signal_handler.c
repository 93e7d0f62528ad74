// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// A thread sleeps in a signal handler; the only pointer is a register of what the signal interrupted.
// differs from LeakSanitizer: preloaded, it crashes in signal()
#include <signal.h>

#include "thread.h"


static void sleeps(int number) {
  (void)number;
  wipe();
  about_to_sleep();
  pause();
}

APART static uintptr_t hidden_block(void) { return hidden(block(100)); }

// The handler runs in the last system call, tgkill.
static void* holds(void* unused) {
  long process = getpid(), thread = syscall(SYS_gettid);
  uintptr_t address = hidden_block();
  wipe();
  __asm__ volatile("mov %0, %%r12\n not %%r12\n syscall\n"
                   : : "r"(address), "a"(SYS_tgkill), "D"(process), "S"(thread), "d"(SIGUSR1)
                   : "rcx", "r11", "r12", "memory");
  return unused;
}

int main(void) {
  signal(SIGUSR1, sleeps);
  start_sleeper(holds, SYS_pause);
  wipe();
  exit(0);
}
