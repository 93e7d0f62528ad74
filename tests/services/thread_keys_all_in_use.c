// leaks: 4 heap in leak_in_destructor (64 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <pthread.h>

#include "service.h"

static pthread_key_t keys[PTHREAD_KEYS_MAX];

APART void leak_in_destructor(void) { kept(malloc(16)); }
static void destroy(void* unused) {
  (void)unused;
  leak_in_destructor();
}
static void* uses_all(void* count) {
  for (int i = 0; i < *(int*)count; i++)
    MUST(pthread_setspecific(keys[i], i % 256 ? NULL : count) == 0);
  return NULL;
}

int main(void) {
  int count = 0;
  while (count < PTHREAD_KEYS_MAX && pthread_key_create(&keys[count], destroy) == 0) count++;
  printf("%d keys\n", count);
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, uses_all, &count) == 0);
  pthread_join(thread, NULL);
  return 0;
}
