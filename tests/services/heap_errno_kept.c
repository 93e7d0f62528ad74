// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>

#include "service.h"

#define KEEPS(call) (errno = 4711, (void)(call), printf("%s: %d\n", #call, errno))

APART void clean_calls(void) {
  void* p;
  KEEPS(p = malloc(10));
  KEEPS(p = realloc(p, 5000));
  KEEPS(free(p));
  KEEPS(free(NULL));
  KEEPS(p = calloc(3, 300000));
  KEEPS(free(p));
  KEEPS(p = memalign(64, 100));
  KEEPS(free(p));
  int fd;
  KEEPS(fd = open("/dev/null", O_RDONLY));
  KEEPS(fd = dup2(fd, fd));
  KEEPS(close(fd));
  KEEPS(close(-1));
  KEEPS(open("/nonexistent", O_RDONLY));
  KEEPS(p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  KEEPS(munmap(p, 4096));
  KEEPS(munmap((void*)1, 4096));
}

int main(void) {
  puts("stdio has its buffer now");
  clean_calls();
  return 0;
}
