// leaks: 100 heap in leak_before (700 bytes), 4 heap in leak_after (44 bytes)
// args: 20
// long: 500
// storm: 50
// seconds: 120
// SPDX-License-Identifier: Apache-2.0
// Threads recurse to the end of their stacks, with a hook in each frame: the fault may come inside of
// one. The handler on the alternate stack allocates and jumps out; what comes afterwards is recorded
// as ever.
#include <setjmp.h>
#include <signal.h>

#include "storm.h"

enum { kThreads = 4, kAlternate = 64 * 1024 };
static __thread sigjmp_buf back;
static __thread int number;  // of a descriptor of the thread's own
static atomic_int faults, started;
static int rounds;

APART void leak_before(void) { kept(malloc(7)); }
APART void leak_after(void) { kept(malloc(11)); }

APART void clean_in_handler(void) { free(kept(malloc(90))); }
static void on_fault(int unused) {
  (void)unused;
  faults++;
  clean_in_handler();
  siglongjmp(back, 1);
}
// Descriptors, and each frame the same one: malloc left by a jump would be locked in any program.
APART int deeper(int depth, volatile char* above) {
  volatile char own[48];
  own[0] = (char)(depth + above[0]);
  dup2(1, number);
  return depth == INT32_MAX ? 0 : deeper(depth + 1, own) + own[0];
}
APART void clean_falling(void) {
  volatile char first = 0;
  if (sigsetjmp(back, 1) == 0) deeper(0, &first);
  MUST(close(number) == 0);
}
static void* falls(void* memory) {
  number = 100 + atomic_fetch_add(&started, 1);
  const stack_t stack = {.ss_sp = memory, .ss_size = kAlternate};
  MUST(sigaltstack(&stack, NULL) == 0);
  for (int i = 0; i < rounds; i++) clean_falling();
  leak_after();
  return NULL;
}

int main(int argc, char** argv) {
  static char alternate[kThreads][kAlternate];
  struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
  pthread_t threads[kThreads];
  pthread_attr_t small;
  rounds = rounds_of(argc, argv, 20);
  for (int i = 0; i < 100; i++) leak_before();
  MUST(sigaction(SIGSEGV, &action, NULL) == 0);
  MUST(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 256 * 1024) == 0);
  storm_begins();
  for (int i = 0; i < kThreads; i++)
    MUST(pthread_create(&threads[i], &small, falls, alternate[i]) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  printf("counts: %d faults at the guard page in %d threads\n", (int)faults, kThreads);
  return 0;
}
