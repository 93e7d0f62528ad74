// leaks: nothing
// needs: userns
// SPDX-License-Identifier: Apache-2.0
// A process with a second thread may not do this.
#include <sched.h>

#include "service.h"

int main(void) {
  printf("%d\n", unshare(CLONE_NEWUSER) == 0 ? 0 : errno);
  return 0;
}
