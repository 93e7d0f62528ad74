// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// Pages that a forked child touches because it has an event, beside a child that has none.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "service.h"

enum { kChildren = 50, kMostPages = 40 };

static void ends_unseen(void) { syscall(SYS_exit_group, 0); }

static void ends_seen(void) { _exit(0); }

static long pages_of_children(void (*child)(void)) {
  struct rusage before, after;
  MUST(getrusage(RUSAGE_CHILDREN, &before) == 0);
  for (int i = 0; i < kChildren; i++) {
    const pid_t pid = fork();
    if (pid == 0) child();
    MUST(pid > 0 && waitpid(pid, NULL, 0) == pid);
  }
  MUST(getrusage(RUSAGE_CHILDREN, &after) == 0);
  return (after.ru_minflt - before.ru_minflt) / kChildren;
}

int main(void) {
  const long unseen = pages_of_children(ends_unseen);
  const long seen = pages_of_children(ends_seen);
  if (seen - unseen <= kMostPages) return 0;
  dprintf(2, "a child touches %ld pages, without an event %ld\n", seen, unseen);
  return 1;
}
