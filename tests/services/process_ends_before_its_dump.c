// leaks: not judged
// processes: 9
// SPDX-License-Identifier: Apache-2.0
// A child that is asked for a dump and ends at once waits for it: whoever adopts orphans meets no stranger, and
// nobody is left in the process group.
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "service.h"

static void child(void) {
  setpgid(0, 0);
  for (int i = 0; i < 100; i++) kept(malloc(100));
  if (getenv("LD_PRELOAD") != NULL) raise(SIGUSR2);  // deadly where nobody listens
  _exit(7);
}

int main(void) {
  MUST(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
  for (int i = 0; i < 8; i++) {
    const pid_t pid = fork();
    if (pid == 0) child();
    setpgid(pid, pid);
    int status;
    MUST(waitpid(pid, &status, 0) == pid && status == 7 << 8);
    MUST(kill(-pid, 0) == -1 && errno == ESRCH);
    MUST(wait(&status) == -1 && errno == ECHILD);
  }
  return 0;
}
