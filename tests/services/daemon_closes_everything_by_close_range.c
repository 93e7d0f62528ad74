// leaks: nothing
// env: LEAKHOOK_CHILD_EXIT=0
// processes: 2
// child leaks: 1 eventfd in leak_in_daemon
// long:
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_in_daemon(void) { MUST(eventfd(0, 0) == 0); }
APART void clean_closed_with_all(void) { MUST(eventfd(0, 0) >= 0); }

static void become_daemon(void) {
  if (fork() != 0) syscall(SYS_exit_group, 0);  // leaves no profile
  setsid();
  if (fork() != 0) syscall(SYS_exit_group, 0);
  clean_closed_with_all();
  close_range(0, ~0U, 0);
  leak_in_daemon();
  exit(0);
}

int main(void) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (fork() == 0) become_daemon();
  while (wait(NULL) > 0) continue;
  return 0;
}
