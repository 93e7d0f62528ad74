// leaks: 1 heap in leak_in_worker (64 bytes)
// label: thread=^worker-7$ in leak_in_worker
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

APART void leak_in_worker(void) { kept(malloc(64)); }
static void* works(void* unused) {
  pthread_setname_np(pthread_self(), "worker-7");
  leak_in_worker();
  return unused;
}

int main(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, works, NULL) == 0);
  pthread_join(thread, NULL);
  return 0;
}
