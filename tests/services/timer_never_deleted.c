// leaks: 2 timer in leak_timer, 1 timer in leak_thread_timer
// libc keeps: heap in clean_deleted
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "service.h"

static void expires(union sigval unused) { (void)unused; }
static timer_t create(int how) {
  timer_t timer;
  struct sigevent event = {.sigev_notify = how, .sigev_signo = SIGALRM};
  event.sigev_notify_function = expires;
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  return timer;
}

APART void leak_timer(void) { create(SIGEV_NONE), create(SIGEV_SIGNAL); }
APART void leak_thread_timer(void) { create(SIGEV_THREAD); }
APART void clean_deleted(void) {
  timer_t timer;
  MUST(timer_delete(create(SIGEV_NONE)) == 0 && timer_delete(create(SIGEV_THREAD)) == 0);
  MUST(timer_create(-77, NULL, &timer) == -1);
}

int main(void) {
  leak_timer(), leak_thread_timer(), clean_deleted();
  dump_me();
  return 0;
}
