// leaks: 4 file in leak_mkstemp, 1 file in leak_shm_open
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>

#include "service.h"

static int made(int fd, const char* path) {
  MUST(fd >= 0 && unlink(path) == 0);
  return fd;
}

APART void leak_mkstemp(void) {
  char a[] = "fileXXXXXX", b[] = "fileXXXXXX", c[] = "fileXXXXXX.txt", d[] = "fileXXXXXX.txt";
  made(mkstemp(a), a);
  made(mkostemp(b, O_CLOEXEC), b);
  made(mkstemps(c, 4), c);
  made(mkostemps(d, 4, O_CLOEXEC), d);
}
APART void leak_shm_open(void) {
  char name[64];
  snprintf(name, sizeof name, "/leakhook-test-%d", (int)getpid());
  MUST(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600) >= 0 && shm_unlink(name) == 0);
}
APART void clean_mkstemp(void) {
  char a[] = "fileXXXXXX", b[] = "fileXXXXXX";
  close(made(mkstemp(a), a));
  close(made(mkstemp64(b), b));
}

int main(void) {
  leak_mkstemp(), leak_shm_open(), clean_mkstemp();
  return 0;
}
