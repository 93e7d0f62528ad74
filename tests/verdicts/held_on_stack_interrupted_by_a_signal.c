// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The process ends inside a signal handler that has a stack of its own: what it interrupted still lives.
// differs from LeakSanitizer: preloaded, it lets sigaction fail
#include <signal.h>

#include "program.h"


char alternate[65536];

static void ends(int number) {
  (void)number;
  exit(0);
}

APART static void hold(void) {
  void* volatile held = block(100);
  wipe();
  raise(SIGUSR1);
  seen(held);
}

int main(void) {
  stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
  struct sigaction action = {.sa_handler = ends, .sa_flags = SA_ONSTACK};
  MUST(sigaltstack(&stack, NULL) == 0);
  MUST(sigaction(SIGUSR1, &action, NULL) == 0);
  hold();
  return 1;
}
