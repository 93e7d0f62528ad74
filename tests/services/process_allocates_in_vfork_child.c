// leaks: 1 heap in leak_in_parent (12 bytes), 1 eventfd in leak_in_parent
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// A vfork child lives in our memory: what it does there between vfork and exec is not ours.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_in_parent(void) {
  kept(malloc(12));
  MUST(eventfd(0, 0) >= 0);
}
APART void clean_in_child(void) {
  for (int i = 0; i < 20; i++) {
    kept(malloc(1000));
    free(kept(malloc(100)));
    if (open("/dev/null", O_RDONLY) < 0) _exit(1);
  }
}
APART void clean_round(void) {
  const pid_t pid = vfork();
  if (pid == 0) {
    clean_in_child();
    execlp("true", "true", (char*)NULL);
    _exit(127);
  }
  int status;
  MUST(waitpid(pid, &status, 0) == pid && status == 0);
}

int main(void) {
  leak_in_parent();
  for (int i = 0; i < 10; i++) clean_round();
  dump_me();
  return 0;
}
