// leaks: 1 heap in leak_in_parent (300 bytes)
// child leaks: 1 heap in leak_in_child (7 bytes)
// env: LEAKHOOK_CHILD_EXIT=0
// processes: 201
// seconds: 100
// SPDX-License-Identifier: Apache-2.0
// What the child got from its parent is inherited there, no leak of the child.
#include <sys/wait.h>

#include "service.h"

APART void leak_in_parent(void) { kept(malloc(300)); }
APART void leak_in_child(void) { kept(malloc(7)); }

int main(void) {
  leak_in_parent();
  for (int i = 0; i < 200; i++) {
    const pid_t pid = fork();
    if (pid == 0) {
      leak_in_child();
      return 0;
    }
    if (i % 8 == 7) waitpid(pid, NULL, 0);
  }
  while (wait(NULL) > 0) continue;
  return 0;
}
