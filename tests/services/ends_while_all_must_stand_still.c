// leaks: 1 heap in leak_block (10 bytes)
// dumps: exit
// env: LEAKHOOK_REACH=exit
// env: LEAKHOOK_SNAPSHOT_MAX=1ms
// comment: ^reachability: done
// More threads than can stand still within the longest pause: at the end that is no reason to give up.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

enum { THREADS = 200 };

APART void leak_block(void) { kept(malloc(10)); }
static pthread_barrier_t all_run;
static void* works(void* unused) {
  pthread_barrier_wait(&all_run);
  for (;;) pause();
  return unused;
}

int main(void) {
  pthread_t thread;
  leak_block();
  pthread_barrier_init(&all_run, NULL, THREADS + 1);
  for (int i = 0; i < THREADS; i++) MUST(pthread_create(&thread, NULL, works, NULL) == 0);
  pthread_barrier_wait(&all_run);
  return 0;
}
