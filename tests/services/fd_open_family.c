// leaks: 2 file in leak_open, 1 file in leak_open64, 1 file in leak_openat, 2 file in leak_creat, 2 file in leak_fortified
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include "service.h"

extern int __open_2(const char*, int);
extern int __open64_2(const char*, int);
extern int __openat_2(int, const char*, int);

APART void leak_open(void) {
  for (int i = 0; i < 2; i++) MUST(open("/dev/null", O_RDONLY) >= 0);
}
APART void leak_open64(void) { MUST(open64("/dev/null", O_RDONLY | O_CREAT, 0600) >= 0); }
APART void leak_openat(void) { MUST(openat(AT_FDCWD, "/dev/null", O_RDONLY) >= 0); }
APART void leak_creat(void) {
  MUST(creat("/dev/null", 0600) >= 0 && creat64("/dev/null", 0600) >= 0);
}
APART void leak_fortified(void) {
  MUST(__open_2("/dev/null", O_RDONLY) >= 0 && __openat_2(AT_FDCWD, "/dev/null", O_RDONLY) >= 0);
}
APART void clean_all(void) {
  close(open("/dev/null", O_RDONLY));
  close(openat64(AT_FDCWD, "/dev/null", O_RDONLY));
  close(creat("/dev/null", 0600));
  close(__open64_2("/dev/null", O_RDONLY));
  MUST(open("/nonexistent", O_RDONLY) == -1 && close(-1) == -1 && close(999) == -1);
}

int main(void) {
  leak_open(), leak_open64(), leak_openat(), leak_creat(), leak_fortified(), clean_all();
  dump_me();
  return 0;
}
