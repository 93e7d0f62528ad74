// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a local variable of a suspended coroutine, whose stack the program has mapped.
#include <ucontext.h>
#include <sys/mman.h>

#include "program.h"


static ucontext_t of_main, of_coroutine;

static void coroutine(void) {
  void* volatile held = block(100);
  swapcontext(&of_coroutine, &of_main);
  seen(held);
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
