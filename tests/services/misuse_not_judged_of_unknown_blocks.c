// leaks: nothing
// libc keeps: heap in clean_shared, mapping in clean_shared
// comment: unknown_releases: 1
// SPDX-License-Identifier: Apache-2.0
// A vfork child allocates in its parent's memory and is not seen; the parent may free that.
#include <sys/wait.h>

#include "service.h"

static void* volatile left_behind;

APART void clean_shared(void) {
  const pid_t child = vfork();
  if (child == 0) {
    left_behind = malloc(100);
    _exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child && left_behind != NULL);
  free(left_behind);
}

int main(void) {
  clean_shared();
  return 0;
}
