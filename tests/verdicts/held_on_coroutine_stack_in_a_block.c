// verdict: definite 0, indirect 0, possible 0, reachable 2/131172; fd 0
// SPDX-License-Identifier: Apache-2.0
// As with a mapped stack; this one is a block of 131072 bytes that a global holds.
#include <ucontext.h>

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
  of_coroutine.uc_stack.ss_sp = block(131072);
  makecontext(&of_coroutine, coroutine, 0);
  swapcontext(&of_main, &of_coroutine);
  wipe();
  return 0;
}
