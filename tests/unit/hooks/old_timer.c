// SPDX-License-Identifier: Apache-2.0
// A library as it was linked before glibc 2.3.3: its timers are ints.
#include <signal.h>
#include <time.h>

int old_timer_create(clockid_t clock, struct sigevent* event, int* timer);
int old_timer_delete(int timer);
__asm__(".symver old_timer_create, timer_create@GLIBC_2.2.5");
__asm__(".symver old_timer_delete, timer_delete@GLIBC_2.2.5");

int start_old_timer(int* timer) {
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  return old_timer_create(CLOCK_REALTIME, &event, timer);
}
// A tail call where the compiler makes one: then the return address is not in this library.
int stop_old_timer(int timer) { return old_timer_delete(timer); }
