// leaks: 8 heap in leak_last_block (8 bytes)
// long: 200000
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

static int rounds;

APART void leak_last_block(void) { kept(malloc(1)); }
APART void clean_growing(void) {
  for (int round = 0; round < rounds; round++) {
    char* p = malloc(8);
    for (size_t size = 16; size < 3000; size *= 3) {
      p = realloc(p, size);
      MUST(p);
      p[size - 1] = 1;
    }
    free(p);
  }
}
static void* works(void* unused) {
  clean_growing();
  leak_last_block();
  return unused;
}

int main(int argc, char** argv) {
  rounds = argc > 1 ? atoi(argv[1]) : 2000;
  pthread_t threads[8];
  for (int i = 0; i < 8; i++) MUST(pthread_create(&threads[i], NULL, works, NULL) == 0);
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  return 0;
}
