// leaks: 1 heap in leak_block (10 bytes)
// exit: 10
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
static void* allocates(void* unused) {
  for (;;) free(kept(malloc(100)));
  return unused;
}

int main(void) {
  pthread_t thread;
  leak_block();
  for (int i = 0; i < 4; i++) MUST(pthread_create(&thread, NULL, allocates, NULL) == 0);
  for (int i = 0; i < 1000; i++) free(kept(malloc(100)));
  return 10;
}
