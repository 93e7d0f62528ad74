// leaks: 14986 eventfd in leak_many, 14 eventfd in leak_many_again, 10 file in leak_last
// long leaks: 99901 eventfd in leak_many, 99 eventfd in leak_many_again, 10 file in leak_last
// long: 100000
// dumps: both
// seconds: 100
// SPDX-License-Identifier: Apache-2.0
// The last ones are opened where no smaller number is left.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "storm.h"

static int many;

APART void leak_many(void) {
  for (int i = 0; i < many; i++) MUST(eventfd(0, 0) >= 0);
}
APART void leak_last(void) {
  for (int i = 0; i < 10; i++) MUST(open("/dev/null", O_RDONLY) >= many);
}
APART void clean_in_between(void) {
  for (int fd = 1000; fd < many; fd += 1000) MUST(close(fd) == 0);
  for (int fd = 1000; fd < many; fd += 1000) MUST(dup2(999, fd) == fd);
  for (int fd = 1000; fd < many; fd += 1000) MUST(close(fd) == 0);
}
APART void leak_many_again(void) {
  for (int fd = 1000; fd < many; fd += 1000) MUST(eventfd(0, 0) == fd);
}

int main(int argc, char** argv) {
  many = rounds_of(argc, argv, 15000);
  const struct rlimit enough = {(rlim_t)many + 100, (rlim_t)many + 100};
  if (setrlimit(RLIMIT_NOFILE, &enough) != 0)
    return fprintf(stderr, "no %d descriptors are allowed here", many + 100), 77;
  leak_many();
  clean_in_between();
  leak_many_again();
  leak_last();
  dump_me();
  printf("counts: %d open descriptors\n", many + 10);
  return 0;
}
