// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The timer whose signal would have brought the pointer is deleted.
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
  MUST(timer_delete(make()) == 0);
  wipe();
  return 0;
}
