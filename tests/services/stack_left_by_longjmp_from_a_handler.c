// leaks: 300 heap in leak_in_handler (2100 bytes), 300 heap in leak_after_the_jump (900 bytes)
// stack: main > rounds > leak_after_the_jump
// SPDX-License-Identifier: Apache-2.0
// A handler on a stack of its own that never returns: the frames below it are gone, and so is what
// was remembered of them.
#include <setjmp.h>
#include <signal.h>

#include "service.h"

static sigjmp_buf back;

APART void leak_in_handler(void) { kept(malloc(7)); }
APART void leak_after_the_jump(void) { kept(malloc(3)); }
APART void leaves(int unused) {
  (void)unused;
  leak_in_handler();
  siglongjmp(back, 1);
}
APART void faults(int depth) {
  free(kept(malloc(10)));
  if (depth)
    faults(depth - 1);
  else
    *(volatile char*)kept(NULL) = 1;
  kept(NULL);
}
APART void rounds(void) {
  for (volatile int i = 0; i < 300; i++) {
    if (sigsetjmp(back, 1) == 0) faults(i % 40);
    leak_after_the_jump();
  }
}

int main(void) {
  stack_t alternate = {.ss_sp = malloc(16384), .ss_size = 16384};
  struct sigaction action = {.sa_handler = leaves, .sa_flags = SA_ONSTACK};
  MUST(sigaltstack(&alternate, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
  rounds();
  return 0;
}
