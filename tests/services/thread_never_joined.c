// leaks: 3 thread in leak_ended, 2 thread in leak_running, 1 thread in leak_running_detached, 1 thread in leak_c11
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <threads.h>

#include "service.h"

static pthread_barrier_t all_run;

static void* ends(void* unused) { return unused; }
static void* runs(void* unused) {
  pthread_barrier_wait(&all_run);
  for (;;) pause();
  return unused;
}
static int ends_c11(void* unused) { return unused != NULL; }

APART void leak_ended(void) {
  pthread_t thread;
  for (int i = 0; i < 3; i++) MUST(pthread_create(&thread, NULL, ends, NULL) == 0);
}
APART void leak_running(void) {
  pthread_t thread;
  for (int i = 0; i < 2; i++) MUST(pthread_create(&thread, NULL, runs, NULL) == 0);
}
APART void leak_running_detached(void) {
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  MUST(pthread_create(&thread, &detached, runs, NULL) == 0);
  pthread_attr_destroy(&detached);
}
APART void leak_c11(void) {
  thrd_t thread;
  MUST(thrd_create(&thread, ends_c11, NULL) == thrd_success);
}

int main(void) {
  pthread_barrier_init(&all_run, NULL, 4);
  leak_ended(), leak_running(), leak_running_detached(), leak_c11();
  pthread_barrier_wait(&all_run);
  dump_me();
  return 0;
}
