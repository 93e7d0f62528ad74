// leaks: 3 heap in leak_every_tenth (30 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

static void* blocks[30];

APART void leak_every_tenth(void) {
  for (int i = 0; i < 30; i++) blocks[i] = malloc(10);
}
static void* frees(void* unused) {
  for (int i = 0; i < 30; i++)
    if (i % 10) free(blocks[i]);
  return unused;
}

int main(void) {
  pthread_t thread;
  leak_every_tenth();
  MUST(pthread_create(&thread, NULL, frees, NULL) == 0);
  pthread_join(thread, NULL);
  return 0;
}
