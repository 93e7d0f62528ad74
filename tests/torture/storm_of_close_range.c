// leaks: 20 eventfd in leak_before, 8 eventfd in leak_after
// args: 300
// long: 20000
// storm: 50
// seconds: 120
// SPDX-License-Identifier: Apache-2.0
// Eight threads fill ranges of numbers and close them at once, each its own; children of theirs close
// everything, in a table of their own.
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "storm.h"

enum { kThreads = 8, kFirst = 100, kEach = 100, kAtOnce = 40 };
static int rounds;

APART void leak_before(void) { MUST(eventfd(0, 0) >= 0); }
APART void leak_after(int first) {
  const int fd = eventfd(0, 0);
  MUST(fd >= 0 && fcntl(fd, F_DUPFD, first) == first);
  MUST(close(fd) == 0);
}
APART void clean_filled(unsigned first) {
  for (unsigned fd = first; fd < first + kAtOnce; fd++) MUST(dup2(3, (int)fd) == (int)fd);
  // What is only marked stays open.
  MUST(close_range(first, first + kAtOnce / 2, CLOSE_RANGE_CLOEXEC) == 0);
  MUST(fcntl((int)first, F_GETFD) == FD_CLOEXEC);
  MUST(close_range(first, first + kEach - 1, 0) == 0);
  MUST(fcntl((int)first, F_GETFD) < 0);
}
APART void clean_in_child(void) {
  const pid_t pid = fork();
  if (pid == 0) {
    const int is_closed = close_range(3, ~0U, CLOSE_RANGE_UNSHARE) == 0 && eventfd(0, 0) == 3;
    _exit(is_closed ? 0 : 9);
  }
  int status = 0;
  pid_t ended;
  do ended = waitpid(pid, &status, 0);
  while (ended < 0 && errno == EINTR);
  MUST(ended == pid && status == 0);
}
static void* works(void* number) {
  const unsigned first = kFirst + (unsigned)(uintptr_t)number * kEach;
  for (int i = 0; i < rounds; i++) {
    clean_filled(first);
    if (i % 50 == 0) clean_in_child();
  }
  leak_after((int)first);
  return NULL;
}

int main(int argc, char** argv) {
  pthread_t threads[kThreads];
  struct rlimit limit;
  rounds = rounds_of(argc, argv, 300);
  MUST(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_max < 2000) return fputs("no 2000 descriptors are allowed here", stderr), 77;
  limit.rlim_cur = 2000;
  MUST(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  for (int i = 0; i < 20; i++) leak_before();
  storm_begins();
  for (uintptr_t i = 0; i < kThreads; i++)
    MUST(pthread_create(&threads[i], NULL, works, (void*)i) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("counts: %d ranges closed by each of %d threads\n", rounds, kThreads);
  return 0;
}
