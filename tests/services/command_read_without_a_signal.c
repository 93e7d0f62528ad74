// leaks: not judged
// asks: nobody
// dumps: none
// env: LEAKHOOK_AT_EXIT=0
// SPDX-License-Identifier: Apache-2.0
// A loop that takes each interruption for its end, as many do: it counts them. Whoever reads its
// segment from a file must cause none.
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

#include "service.h"

static int ends[2];

static void* awaits_the_line(void* unused) {
  char answer;
  MUST(read(0, &answer, 1) == 1);
  MUST(write(ends[1], "x", 1) == 1);
  return unused;
}

APART void leak_block(void) { kept(malloc(1234)); }

int main(void) {
  pthread_t thread;
  sigset_t all;
  struct epoll_event event = {.events = EPOLLIN};
  const int loop = epoll_create1(0);
  MUST(pipe(ends) == 0 && epoll_ctl(loop, EPOLL_CTL_ADD, ends[0], &event) == 0);
  // Signals come to the thread that waits in epoll_wait.
  sigfillset(&all);
  MUST(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0);
  MUST(pthread_create(&thread, NULL, awaits_the_line, NULL) == 0);
  MUST(pthread_sigmask(SIG_UNBLOCK, &all, NULL) == 0);
  leak_block();
  char line[32];
  const int size = snprintf(line, sizeof line, "dump me %d\n", (int)getpid());
  MUST(write(1, line, (size_t)size) == size);
  int interrupted = 0;
  while (epoll_wait(loop, &event, 1, -1) != 1) interrupted++;
  pthread_join(thread, NULL);
  printf("interrupted: %s\n", interrupted ? "yes" : "no");
  return 0;
}
