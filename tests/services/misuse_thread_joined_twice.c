// leaks: nothing
// misuse: 1 double_join in bad_join after clean_join of creates
// misuse: 1 double_join in bad_detach after detaches of creates_waiting
// misuse: 1 double_join in bad_join_of_detached of creates_detached
// libc keeps: mapping in clean_threads, heap in clean_threads
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <semaphore.h>

#include "service.h"

static sem_t go, runs;
static void* ends(void* unused) { return unused; }
static void* waits(void* unused) {
  sem_post(&runs);
  sem_wait(&go);
  return unused;
}

APART pthread_t creates(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, ends, NULL) == 0);
  return thread;
}
APART pthread_t creates_waiting(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
  sem_wait(&runs);
  return thread;
}
APART pthread_t creates_detached(void) {
  pthread_t thread;
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  MUST(pthread_create(&thread, &detached, waits, NULL) == 0);
  pthread_attr_destroy(&detached);
  sem_wait(&runs);
  return thread;
}
APART void clean_join(pthread_t thread) { MUST(pthread_join(thread, NULL) == 0); }
APART void detaches(pthread_t thread) { MUST(pthread_detach(thread) == 0); }
APART void bad_join(pthread_t thread) { MUST(pthread_join(thread, NULL) == ESRCH); }
APART void bad_detach(pthread_t thread) { MUST(pthread_detach(thread) == EINVAL); }
APART void bad_join_of_detached(pthread_t thread) { MUST(pthread_join(thread, NULL) == EINVAL); }

// A handle may come again for another thread, and a join may be refused for other reasons.
APART void clean_threads(void) {
  for (int i = 0; i < 10; i++) clean_join(creates());
  MUST(pthread_join(pthread_self(), NULL) == EDEADLK);
  const pthread_t thread = creates_waiting();
  MUST(pthread_tryjoin_np(thread, NULL) == EBUSY);
  sem_post(&go);
  clean_join(thread);
}

int main(void) {
  sem_init(&go, 0, 0), sem_init(&runs, 0, 0);
  clean_threads();
  pthread_t thread = creates();
  clean_join(thread), bad_join(thread);
  thread = creates_waiting();
  detaches(thread), bad_detach(thread);
  bad_join_of_detached(creates_detached());
  return 0;
}
