// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in a register of a thread that runs a loop.
#include "thread.h"

// Runs `loop` with the block's address in r12 and nowhere else.
#define WITH_ADDRESS_IN_R12(address_hidden, loop)                                                 \
  __asm__ volatile("mov %0, %%r12\n not %%r12\n xor %%ebx, %%ebx\n 1:\n " loop "\n jmp 1b\n"         \
                   : : "r"(address_hidden) : "rax", "rcx", "r11", "r12", "rbx", "memory")

APART static uintptr_t hidden_block(void) { return hidden(block(100)); }

static atomic_int runs;

static void* holds(void* unused) {
  uintptr_t address = hidden_block();
  wipe();
  WITH_ADDRESS_IN_R12(address, "lock incl runs(%%rip)");
  return unused;
}

int main(void) {
  start(holds, NULL);
  while (atomic_load(&runs) < 1000) sched_yield();
  wipe();
  exit(0);
}
