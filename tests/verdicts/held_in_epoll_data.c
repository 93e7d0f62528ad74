// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 3
// SPDX-License-Identifier: Apache-2.0
// The kernel alone has the pointer: it comes back with the descriptor's next event.
// differs from valgrind: it does not know what the kernel keeps for the program
// differs from LeakSanitizer: it does not know what the kernel keeps for the program
#include <sys/epoll.h>

#include "program.h"

int ends[2];

APART static int watch(void) {
  int poll = epoll_create1(EPOLL_CLOEXEC);
  MUST(poll >= 0 && pipe(ends) == 0);
  struct epoll_event event = {.events = EPOLLIN};
  event.data.ptr = block(100);
  MUST(epoll_ctl(poll, EPOLL_CTL_ADD, ends[0], &event) == 0);
  return poll;
}

int main(void) {
  MUST(watch() >= 0);
  wipe();
  return 0;
}
