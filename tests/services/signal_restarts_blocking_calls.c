// leaks: nothing
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Blocking calls that SA_RESTART covers never see EINTR; epoll_wait may, and such loops live on.
#include <pthread.h>
#include <sys/epoll.h>

#include "service.h"

static int ends[2];
static void* loops(void* unused) {
  struct epoll_event event = {.events = EPOLLIN};
  const int loop = epoll_create1(0);
  MUST(epoll_ctl(loop, EPOLL_CTL_ADD, ends[0], &event) == 0);
  while (epoll_wait(loop, &event, 1, -1) != 1) MUST(errno == EINTR);
  close(loop);
  return unused;
}

int main(void) {
  pthread_t thread;
  MUST(pipe(ends) == 0 && pthread_create(&thread, NULL, loops, NULL) == 0);
  for (int i = 0; i < 20; i++) {
    char line[32], answer;
    const int size = snprintf(line, sizeof line, "dump me %d\n", (int)getpid());
    MUST(write(1, line, (size_t)size) == size);
    MUST(read(0, &answer, 1) == 1);  // not interrupted
  }
  MUST(write(ends[1], "x", 1) == 1 && pthread_join(thread, NULL) == 0);
  close(ends[0]), close(ends[1]);
  return 0;
}
