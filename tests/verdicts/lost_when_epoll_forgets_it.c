// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 3
// SPDX-License-Identifier: Apache-2.0
// The descriptor was taken out of the set, and its pointer with it.
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
  int poll = watch();
  MUST(epoll_ctl(poll, EPOLL_CTL_DEL, ends[0], NULL) == 0);
  wipe();
  return 0;
}
