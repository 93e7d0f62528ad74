// leaks: 1 eventfd in leak_dup, 1 eventfd in leak_dup2, 1 eventfd in leak_dup3, 2 eventfd in leak_fcntl, 1 eventfd in leak_original
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/eventfd.h>

#include "service.h"

static int original;

APART void leak_original(void) { original = eventfd(0, 0); }
APART void leak_dup(void) { MUST(dup(original) >= 0); }
APART void leak_dup2(void) { MUST(dup2(original, 100) == 100); }
APART void leak_dup3(void) { MUST(dup3(original, 101, O_CLOEXEC) == 101); }
APART void leak_fcntl(void) {
  MUST(fcntl(original, F_DUPFD, 0) >= 0 && fcntl(original, F_DUPFD_CLOEXEC, 50) >= 50);
  MUST(fcntl(original, F_GETFD) == 0 && fcntl(original, F_SETFD, FD_CLOEXEC) == 0);
}
APART void clean_closed(void) { close(dup(original)); }
APART void clean_failures(void) {
  const int fd = eventfd(0, 0);
  MUST(dup2(fd, fd) == fd && dup2(-1, fd) == -1 && dup2(999, fd) == -1 && dup3(fd, fd, 0) == -1);
  MUST(fcntl(fd, F_GETFD) == 0 && close(fd) == 0);
}
APART void clean_overwritten(void) {
  const int victim = eventfd(0, 0);
  MUST(dup2(original, victim) == victim);
  close(victim);
}

int main(void) {
  leak_original(), leak_dup(), leak_dup2(), leak_dup3(), leak_fcntl();
  clean_closed(), clean_failures(), clean_overwritten();
  dump_me();
  return 0;
}
