// leaks: 2000 heap in leak_in_handler (32000 bytes)
// seconds: 60
// long: 200000
// long leaks: 200000 heap in leak_in_handler (3200000 bytes)
// SPDX-License-Identifier: Apache-2.0
// The handler interrupts our hooks at any point. (The loop calls no malloc: glibc's own locks would
// not survive that.)
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>

#include "service.h"

static atomic_int left;

APART void leak_in_handler(void) { kept(malloc(16)); }
static void interrupts(int unused) {
  (void)unused;
  const int before = errno;
  if (left > 0 && left-- > 0) leak_in_handler();
  errno = before;
}
APART void clean_interrupted(void) {
  while (left > 0) {
    void* p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && close(eventfd(0, 0)) == 0 && munmap(p, 4096) == 0);
  }
}

int main(int argc, char** argv) {
  left = argc > 1 ? atoi(argv[1]) : 2000;
  struct sigaction action = {.sa_handler = interrupts, .sa_flags = SA_RESTART};
  sigaction(SIGALRM, &action, NULL);
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
  const struct itimerspec often = {{0, 100000}, {0, 100000}};
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  MUST(timer_settime(timer, 0, &often, NULL) == 0);
  clean_interrupted();
  MUST(timer_delete(timer) == 0);
  return 0;
}
