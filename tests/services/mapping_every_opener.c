// leaks: 2 mapping in leak_mmap (12288 bytes), 1 mapping in leak_mmap_of_file (4096 bytes), 1 mapping in leak_mremap (16384 bytes), 1 mapping in leak_shmat (8192 bytes), 1 mapping in leak_sbrk (8192 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "service.h"

static void* map(size_t size) {
  void* p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(p != MAP_FAILED);
  return p;
}
static void* attach(void) {
  const int id = shmget(IPC_PRIVATE, 8192, IPC_CREAT | 0600);
  void* p = shmat(id, NULL, 0);
  MUST(p != (void*)-1);
  MUST(shmctl(id, IPC_RMID, NULL) == 0);
  return p;
}

APART void leak_mmap(void) { map(4096), map(8192); }
APART void leak_mmap_of_file(void) {
  const int fd = open("/proc/self/exe", O_RDONLY);
  MUST(mmap64(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
  close(fd);
}
APART void leak_mremap(void) { MUST(mremap(map(4096), 4096, 16384, MREMAP_MAYMOVE) != MAP_FAILED); }
APART void leak_shmat(void) { attach(); }
APART void leak_sbrk(void) { MUST(sbrk(8192) != (void*)-1); }
APART void clean_all(void) {
  MUST(sbrk(8192) != (void*)-1 && sbrk(-8192) != (void*)-1);
  munmap(map(4096), 4096);
  munmap(mremap(map(4096), 4096, 65536, MREMAP_MAYMOVE), 65536);
  shmdt(attach());
  MUST(mremap((void*)4096, 4096, 8192, 0) == MAP_FAILED);
  MUST(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

int main(void) {
  leak_mmap(), leak_mmap_of_file(), leak_mremap(), leak_shmat(), clean_all(), leak_sbrk();
  dump_me();
  return 0;
}
