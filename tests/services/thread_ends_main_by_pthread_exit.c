// leaks: 1 heap in leak_in_main (10 bytes), 1 heap in leak_in_thread (20 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

static pthread_t main_thread;
APART void leak_in_main(void) { kept(malloc(10)); }
APART void leak_in_thread(void) { kept(malloc(20)); }
static void* outlives_main(void* unused) {
  pthread_join(main_thread, NULL);
  leak_in_thread();
  return unused;
}

int main(void) {
  pthread_t thread;
  main_thread = pthread_self();
  leak_in_main();
  MUST(pthread_create(&thread, NULL, outlives_main, NULL) == 0);
  pthread_detach(thread);
  pthread_exit(NULL);
}
