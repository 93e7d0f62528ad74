// leaks: 1 eventfd in leak_and_hold
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Opened and closed by bare machine instructions: no leak, and no eventfd that is long gone.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "service.h"

static long bare_call(long number, long a, long b, long c) {
  __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return number;
}

APART void leak_and_hold(void) { MUST(eventfd(0, 0) >= 0); }
APART void clean_bare_close(void) { MUST(bare_call(SYS_close, eventfd(0, 0), 0, 0) == 0); }
APART void clean_bare_open(void) {
  MUST(bare_call(SYS_openat, AT_FDCWD, (long)"/dev/null", O_RDONLY) >= 0);
}

int main(void) {
  leak_and_hold(), clean_bare_close(), clean_bare_open();
  dump_me();
  return 0;
}
