// leaks: 1 heap in leak_block (10 bytes), 1 thread in leak_thread
// exit: 8
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
static void* exits(void* unused) {
  (void)unused;
  exit(8);
}
APART void leak_thread(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, exits, NULL) == 0);
}

int main(void) {
  leak_block();
  leak_thread();
  for (;;) pause();
}
