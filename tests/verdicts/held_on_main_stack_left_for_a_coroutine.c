// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// exit() is called on the stack of a coroutine; main waits on its own, where the only pointer is.
#include <sys/mman.h>
#include <ucontext.h>

#include "program.h"


static ucontext_t of_main, of_coroutine;

static void coroutine(void) {
  wipe();
  exit(0);
}

APART static void hold(void) {
  void* volatile held = block(100);
  swapcontext(&of_main, &of_coroutine);
  seen(held);
}

int main(void) {
  getcontext(&of_coroutine);
  of_coroutine.uc_stack.ss_size = 262144;
  of_coroutine.uc_stack.ss_sp =
      mmap(NULL, 262144, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(of_coroutine.uc_stack.ss_sp != MAP_FAILED);
  makecontext(&of_coroutine, coroutine, 0);
  hold();
  return 1;
}
