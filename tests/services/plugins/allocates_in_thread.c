// SPDX-License-Identifier: Apache-2.0
// A library whose constructor, called under the loader's lock, waits for a thread that allocates.
#include <pthread.h>
#include <stdlib.h>

static void* allocates(void* unused) {
  for (int i = 0; i < 50; i++) {
    void* p = malloc(100);
    __asm__ volatile("" : "+r"(p));
    free(p);
  }
  return unused;
}
__attribute__((constructor)) static void begin(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, allocates, NULL) == 0) pthread_join(thread, NULL);
}
