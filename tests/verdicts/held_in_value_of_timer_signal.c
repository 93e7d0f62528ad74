// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, timer 1
// SPDX-License-Identifier: Apache-2.0
// The kernel alone has the pointer: it comes with the timer's signal.
// differs from valgrind: it does not know what the kernel keeps for the program
// differs from LeakSanitizer: it does not know what the kernel keeps for the program
#include <signal.h>
#include <time.h>

#include "program.h"


APART static timer_t make(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
  event.sigev_value.sival_ptr = block(100);
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  return timer;
}

int main(void) {
  make();
  wipe();
  return 0;
}
