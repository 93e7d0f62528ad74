// leaks: 2 eventfd in leak_before_fork, 1 heap in leak_before_fork (500 bytes)
// child leaks: 1 eventfd in leak_in_child, 1 heap in leak_in_child (60 bytes)
// env: LEAKHOOK_CHILD_EXIT=0
// processes: 2
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_before_fork(void) {
  MUST(eventfd(0, 0) >= 0 && eventfd(0, 0) >= 0);
  kept(malloc(500));
}
APART void leak_in_child(void) {
  MUST(eventfd(0, 0) >= 0);
  kept(malloc(60));
}

int main(void) {
  leak_before_fork();
  if (fork() == 0) {
    leak_in_child();
    return 0;
  }
  wait(NULL);
  return 0;
}
