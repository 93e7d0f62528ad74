// leaks: 50 heap in leak_in_thread (500 bytes), 50 eventfd in leak_in_thread
// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include "service.h"

APART void leak_in_thread(void) {
  kept(malloc(10));
  MUST(eventfd(0, 0) >= 0);
}
static void* works(void* unused) {
  leak_in_thread();
  return unused;
}

int main(void) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  MUST(pthread_attr_setstacksize(&small, PTHREAD_STACK_MIN) == 0);
  for (int i = 0; i < 50; i++) {
    pthread_t thread;
    MUST(pthread_create(&thread, &small, works, NULL) == 0);
    pthread_join(thread, NULL);
  }
  return 0;
}
