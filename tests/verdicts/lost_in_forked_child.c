// verdict: definite 1/100, indirect 0, possible 0, reachable 1/40; fd 0
// SPDX-License-Identifier: Apache-2.0
// A child of fork loses a block of its own; what the parent had lost and held before is not the child's.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
// child: definite 1/30, indirect 0, possible 0, reachable 0; fd 0
#include <sys/wait.h>

#include "program.h"


void* held;

APART static void lose(size_t size) {
  void* lost = block(size);
  if (kIsClean) free(lost);
}

APART static void hold(void) { held = block(40); }

APART static void child_loses(void) { lose(30); }

int main(void) {
  lose(100);
  hold();
  wipe();
  pid_t child = fork();
  if (child == 0) {
    child_loses();
    wipe();
    exit(0);
  }
  int status;
  MUST(waitpid(child, &status, 0) == child && status == 0);
  wipe();
  if (kIsClean) free(held), held = NULL;
  return 0;
}
