// leaks: 2 eventfd in leak_eventfd, 1 timer in leak_timer
// env: LEAKHOOK_KINDS=eventfd,timer
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "service.h"

APART void leak_eventfd(void) { MUST(eventfd(0, 0) >= 0 && eventfd(0, 0) >= 0); }
APART void leak_timer(void) {
  timer_t timer;
  MUST(timer_create(CLOCK_MONOTONIC, NULL, &timer) == 0);
}
APART void clean_for_it_is_not_asked_for(void) {
  kept(malloc(100));
  MUST(epoll_create1(0) >= 0);
}

int main(void) {
  leak_eventfd(), leak_timer(), clean_for_it_is_not_asked_for();
  dump_me();
  return 0;
}
