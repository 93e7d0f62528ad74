// leaks: nothing
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// The processes of a dump must be invisible to the service's own wait and SIGCHLD.
#include <signal.h>
#include <sys/wait.h>

#include "service.h"

static volatile sig_atomic_t children;
static void child_ended(int unused) {
  (void)unused;
  children++;
}

int main(void) {
  signal(SIGCHLD, child_ended);
  for (int i = 0; i < 3; i++) {
    MUST(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    dump_me();
    free(kept(malloc(10)));
    MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
    MUST(wait(NULL) == -1 && errno == ECHILD);
  }
  printf("%d\n", (int)children);
  return 0;
}
