// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 1, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a local variable of a thread that waits for events.
#include <sys/epoll.h>

#include "thread.h"


static void* holds(void* unused) {
  void* volatile held = block(100);
  wipe();
  int poll = epoll_create1(0);
  about_to_sleep();
  struct epoll_event event;
  epoll_wait(poll, &event, 1, -1);
  seen(held);
  return unused;
}

int main(void) {
  start_sleeper(holds, SYS_epoll_wait);
  wipe();
  exit(0);
}
