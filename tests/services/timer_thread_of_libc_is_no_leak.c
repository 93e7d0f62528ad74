// leaks: nothing
// libc keeps: heap in clean_one_shot
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// SIGEV_THREAD makes libc start a thread that nobody can join.
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include "service.h"

static sem_t expired;
static void expires(union sigval unused) {
  (void)unused;
  sem_post(&expired);
}

APART void clean_one_shot(void) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_THREAD};
  event.sigev_notify_function = expires;
  const struct itimerspec soon = {.it_value.tv_nsec = 1000000};
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  MUST(timer_settime(timer, 0, &soon, NULL) == 0);
  while (sem_wait(&expired) != 0) continue;
  MUST(timer_delete(timer) == 0);
}

int main(void) {
  sem_init(&expired, 0, 0);
  clean_one_shot();
  dump_me();
  return 0;
}
