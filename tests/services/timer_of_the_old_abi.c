// leaks: 1 timer in leak_old_timer
// SPDX-License-Identifier: Apache-2.0
// Before glibc 2.3.3 a timer_t was a small number: such programs must get that function, not ours.
#include <signal.h>
#include <time.h>

#include "service.h"

__asm__(".symver old_timer_create, timer_create@GLIBC_2.2.5");
__asm__(".symver old_timer_delete, timer_delete@GLIBC_2.2.5");
extern int old_timer_create(clockid_t, struct sigevent*, int*);
extern int old_timer_delete(int);

static struct sigevent event = {.sigev_notify = SIGEV_NONE};

APART void leak_old_timer(void) {
  int timers[2] = {-1, -77};
  MUST(old_timer_create(CLOCK_MONOTONIC, &event, &timers[0]) == 0);
  MUST(timers[1] == -77 && timers[0] >= 0 && timers[0] < 256);
}
APART void clean_old_timer(void) {
  int timers[2] = {-1, -77};
  MUST(old_timer_create(CLOCK_MONOTONIC, &event, &timers[0]) == 0 && timers[1] == -77);
  MUST(old_timer_delete(timers[0]) == 0);
}

int main(void) {
  clean_old_timer(), leak_old_timer();
  puts("ends well");
  return 0;
}
