// verdict: definite 2/200, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Two suspended coroutines are the only ones to know a block; their stacks are unmapped and freed.
// may differ from LeakSanitizer: its tracer crashes on this program in most runs
#include <ucontext.h>
#include <sys/mman.h>

#include "program.h"


static ucontext_t of_main, of_coroutine;

static void coroutine(void) {
  void* volatile lost = block(100);
  if (kIsClean) free(lost);
  swapcontext(&of_coroutine, &of_main);
}

APART static void run_on(void* stack) {
  getcontext(&of_coroutine);
  of_coroutine.uc_stack.ss_size = 131072;
  of_coroutine.uc_stack.ss_sp = stack;
  makecontext(&of_coroutine, coroutine, 0);
  swapcontext(&of_main, &of_coroutine);
  memset(&of_coroutine, 0, sizeof of_coroutine);
}

int main(void) {
  void* mapped = mmap(NULL, 131072, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(mapped != MAP_FAILED);
  run_on(mapped);
  munmap(mapped, 131072);
  void* stack = block(131072);
  run_on(stack);
  free(stack);
  wipe();
  return 0;
}
