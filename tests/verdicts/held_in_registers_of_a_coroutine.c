// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in a register that swapcontext has saved in the coroutine's context.
#include <ucontext.h>
#include <sys/mman.h>

#include "program.h"


static ucontext_t of_main;
static ucontext_t of_coroutine;

APART static uintptr_t hidden_block(void) { return hidden(block(100)); }

static void coroutine(void) {
  uintptr_t address = hidden_block();
  wipe();
  __asm__ volatile(
      "mov %0, %%r12\n not %%r12\n mov %1, %%rdi\n mov %2, %%rsi\n and $-16, %%rsp\n call swapcontext\n"
      : : "r"(address), "r"(&of_coroutine), "r"(&of_main) : "r12", "rdi", "rsi", "memory");
  abort();
}

int main(void) {
  getcontext(&of_coroutine);
  of_coroutine.uc_stack.ss_size = 131072;
  of_coroutine.uc_stack.ss_sp =
      mmap(NULL, 131072, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(of_coroutine.uc_stack.ss_sp != MAP_FAILED);
  makecontext(&of_coroutine, coroutine, 0);
  swapcontext(&of_main, &of_coroutine);
  wipe();
  return 0;
}
