// leaks: 1 eventfd in leak_target
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>

#include "service.h"

APART void leak_target(void) {
  const int fd = eventfd(0, 0);
  MUST(dup2(-1, fd) == -1 && dup2(888, fd) == -1 && dup3(fd, fd, 0) == -1);
}

int main(void) {
  leak_target();
  return 0;
}
