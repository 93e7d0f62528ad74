// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, timer 1
// SPDX-License-Identifier: Apache-2.0
// The C library keeps the pointer for the function that it calls in a thread of its own.
#include <signal.h>
#include <time.h>

#include "program.h"

static void expired(union sigval value) { seen(value.sival_ptr); }

APART static timer_t make(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = expired};
  event.sigev_value.sival_ptr = block(100);
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  return timer;
}

int main(void) {
  make();
  wipe();
  return 0;
}
