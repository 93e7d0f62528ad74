// leaks: 4 heap in leak_in_coroutine (80 bytes), 2 eventfd in leak_in_coroutine
// stack: works > leak_in_coroutine
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "service.h"

static ucontext_t scheduler, coroutines[2];

APART void leak_in_coroutine(int round) {
  kept(malloc(20));
  if (round == 0) MUST(eventfd(0, 0) >= 0);
}
APART void works(int self) {
  for (int round = 0;; round++) {
    leak_in_coroutine(round);
    MUST(swapcontext(&coroutines[self], &scheduler) == 0);
  }
}

int main(void) {
  enum { kSize = 32768 };
  void* stacks[] = {malloc(kSize),
                    mmap(NULL, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)};
  for (int i = 0; i < 2; i++) {
    getcontext(&coroutines[i]);
    coroutines[i].uc_stack = (stack_t){.ss_sp = stacks[i], .ss_size = kSize};
    makecontext(&coroutines[i], (void (*)(void))works, 1, i);
  }
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 2; i++) MUST(swapcontext(&scheduler, &coroutines[i]) == 0);
  dump_me();
  return 0;
}
