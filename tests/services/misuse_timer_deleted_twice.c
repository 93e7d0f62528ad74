// leaks: nothing
// misuse: 2 double_delete in bad_delete after clean_delete of creates
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <time.h>

#include "service.h"

APART timer_t creates(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  return timer;
}
APART void clean_delete(timer_t timer) { MUST(timer_delete(timer) == 0); }
APART void bad_delete(timer_t timer) { MUST(timer_delete(timer) == -1 && errno == EINVAL); }

// One that never was is not deleted twice.
APART void clean_timers(void) {
  for (int i = 0; i < 5; i++) clean_delete(creates());
  MUST(timer_delete((timer_t)(size_t)12345) == -1);
}

int main(void) {
  clean_timers();
  for (int i = 0; i < 2; i++) {
    const timer_t timer = creates();
    clean_delete(timer), bad_delete(timer);
  }
  return 0;
}
