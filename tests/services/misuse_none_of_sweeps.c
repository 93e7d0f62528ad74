// leaks: nothing
// child leaks: nothing
// processes: 2
// env: LEAKHOOK_CHILD_EXIT=0
// libc keeps: heap in clean_ranges
// SPDX-License-Identifier: Apache-2.0
// Daemons close every number there might be: those that were never open, and those that were open
// once.
#include <fcntl.h>
#include <sys/wait.h>

#include "service.h"

APART void clean_uses_numbers(void) {
  int fds[20];
  for (int i = 0; i < 20; i++) MUST((fds[i] = open("/dev/null", O_RDONLY)) >= 0);
  for (int i = 0; i < 20; i++) MUST(close(fds[i]) == 0);
}
APART void clean_sweep_up(int first, int last) {
  for (int fd = first; fd <= last; fd++) close(fd);
}
APART void clean_sweep_down(int first, int last) {
  for (int fd = last; fd >= first; fd--) close(fd);
}
APART void clean_ranges(void) {
  int fd = dup(0);
  MUST(dup2(fd, 100) == 100);
  closefrom(3), closefrom(3);
  MUST(dup2(0, 100) == 100);
  close_range(3, 200, 0), close_range(3, 200, 0);
}

int main(void) {
  clean_uses_numbers(), clean_sweep_up(3, 1023);
  clean_uses_numbers(), clean_sweep_down(3, 300);
  clean_uses_numbers(), clean_sweep_up(3, 12);  // each of them was open once
  clean_ranges();
  clean_uses_numbers();
  const pid_t child = fork();
  if (child == 0) {
    clean_sweep_up(3, 15);
    clean_sweep_up(3, 255);
    exit(0);
  }
  MUST(waitpid(child, NULL, 0) == child);
  return 0;
}
