// leaks: 1 eventfd in leak_the_only_one
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// The kernel hands out descriptors by ways that have no function: a ring of requests, a copy out of
// another process, a bare system call. They are shown, and are nobody's leak.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "service.h"

static void skip(const char* reason) {
  fputs(reason, stderr);
  _exit(77);
}
static void* shared(int ring, size_t size, off_t what) {
  void* at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, what);
  MUST(at != MAP_FAILED);
  return at;
}
// One request in a ring of one: open /dev/null.
APART void clean_open_by_ring(void) {
  struct io_uring_params params = {0};
  const int ring = (int)syscall(SYS_io_uring_setup, 1, &params);
  if (ring < 0) skip("no ring of requests may be had here");
  char* requests = shared(ring, 4096, IORING_OFF_SQ_RING);
  char* answers = shared(ring, 4096, IORING_OFF_CQ_RING);
  struct io_uring_sqe* entry = shared(ring, 4096, IORING_OFF_SQES);
  *entry = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
                                 .fd = AT_FDCWD,
                                 .addr = (unsigned long)"/dev/null",
                                 .open_flags = O_RDONLY};
  ((unsigned*)(void*)(requests + params.sq_off.array))[0] = 0;
  __atomic_store_n((unsigned*)(void*)(requests + params.sq_off.tail), 1, __ATOMIC_RELEASE);
  MUST(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1);
  const struct io_uring_cqe* answer = (void*)(answers + params.cq_off.cqes);
  MUST(answer->res >= 0 && fcntl(answer->res, F_GETFD) >= 0);
  munmap(requests, 4096), munmap(answers, 4096), munmap(entry, 4096);
}
APART void clean_copy_of_a_descriptor(void) {
  const int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
  if (self < 0 || syscall(SYS_pidfd_getfd, self, 1, 0) < 0) skip("no descriptor may be copied here");
}
APART void clean_bare_call(void) { MUST(syscall(SYS_eventfd2, 0, 0) >= 0); }
APART void leak_the_only_one(void) { MUST(eventfd(0, 0) >= 0); }

int main(void) {
  clean_open_by_ring(), clean_copy_of_a_descriptor(), clean_bare_call();
  leak_the_only_one();
  dump_me();
  return 0;
}
