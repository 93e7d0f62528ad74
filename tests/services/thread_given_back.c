// leaks: nothing
// libc keeps: heap in clean_joined, heap in clean_detached, heap in clean_detaches_itself, heap in clean_c11, heap in clean_timed, heap in clean_cancelled
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <threads.h>
#include <time.h>

#include "service.h"

static pthread_t thread;
static int tid;

static void* says_who(void* detaches) {
  __atomic_store_n(&tid, gettid(), __ATOMIC_RELEASE);
  if (detaches) pthread_detach(pthread_self());
  return NULL;
}
static void* waits(void* unused) {
  for (;;) pause();
  return unused;
}
static int ends_c11(void* unused) { return unused != NULL; }
static void await_end(void) {
  int id;
  while (!(id = __atomic_load_n(&tid, __ATOMIC_ACQUIRE))) sched_yield();
  while (tgkill(getpid(), id, 0) == 0) sched_yield();
  tid = 0;
}

APART void clean_joined(void) {
  for (int i = 0; i < 10; i++) {
    MUST(pthread_create(&thread, NULL, says_who, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
  }
  tid = 0;
}
APART void clean_timed(void) {
  const struct timespec late = {.tv_sec = time(NULL) + 1000};
  MUST(pthread_create(&thread, NULL, says_who, NULL) == 0);
  MUST(pthread_timedjoin_np(thread, NULL, &late) == 0);
  MUST(pthread_create(&thread, NULL, says_who, NULL) == 0);
  while (pthread_tryjoin_np(thread, NULL) != 0) sched_yield();
  tid = 0;
}
APART void clean_cancelled(void) {
  MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
  MUST(pthread_tryjoin_np(thread, NULL) != 0);
  MUST(pthread_cancel(thread) == 0 && pthread_join(thread, NULL) == 0);
}
APART void clean_detached(void) {
  MUST(pthread_create(&thread, NULL, says_who, NULL) == 0 && pthread_detach(thread) == 0);
  await_end();
}
APART void clean_detaches_itself(void) {
  MUST(pthread_create(&thread, NULL, says_who, &tid) == 0);
  await_end();
}
APART void clean_c11(void) {
  thrd_t c11;
  MUST(thrd_create(&c11, ends_c11, NULL) == thrd_success && thrd_join(c11, NULL) == thrd_success);
}

int main(void) {
  clean_joined(), clean_timed(), clean_cancelled(), clean_detached(), clean_detaches_itself();
  clean_c11();
  dump_me();
  return 0;
}
