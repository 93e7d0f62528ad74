// leaks: 1000 heap in leak_before (24000 bytes), 400 heap in leak_after (19600 bytes)
// args: 60000
// long: 3000000
// storm: 50
// seconds: 120
// SPDX-License-Identifier: Apache-2.0
// Eight threads take, move and give back blocks of all sizes, also each other's.
#include <malloc.h>

#include "storm.h"

enum { kThreads = 8, kSlots = 512 };
static _Atomic(void*) shared[kSlots];
static int rounds;

APART void leak_before(void) { kept(malloc(24)); }
APART void leak_after(void) { kept(malloc(49)); }

static size_t some_size(uint32_t* random) {
  const uint32_t r = next_random(random);
  return r % 64 == 0 ? r % 300000 : r % 8 == 0 ? r % 5000 : r % 200;
}
APART void* clean_taken(uint32_t* random) {
  void* p = NULL;
  switch (next_random(random) % 4) {
    case 0: return malloc(some_size(random));
    case 1: return calloc(3, some_size(random) / 3);
    case 2: return realloc(NULL, some_size(random));
    default: return posix_memalign(&p, 64, some_size(random)) == 0 ? p : NULL;
  }
}
APART void* clean_moved(void* p, uint32_t* random) { return realloc(p, 1 + some_size(random)); }
static void* works(void* seed) {
  uint32_t random = (uint32_t)(uintptr_t)seed;
  void* own[64] = {0};
  for (int i = 0; i < rounds; i++) {
    void** slot = &own[next_random(&random) % 64];
    if (*slot == NULL) {
      *slot = clean_taken(&random);
    } else if (next_random(&random) % 2) {
      *slot = clean_moved(*slot, &random);
    } else {
      // Another thread gives it back.
      free(atomic_exchange(&shared[next_random(&random) % kSlots], *slot));
      *slot = NULL;
    }
  }
  for (int i = 0; i < 64; i++) free(own[i]);
  for (int i = 0; i < 50; i++) leak_after();
  return NULL;
}

int main(int argc, char** argv) {
  pthread_t threads[kThreads];
  rounds = rounds_of(argc, argv, 60000);
  for (int i = 0; i < 1000; i++) leak_before();
  storm_begins();
  for (uintptr_t i = 0; i < kThreads; i++)
    MUST(pthread_create(&threads[i], NULL, works, (void*)(i * 77777 + 1)) == 0);
  for (int i = 0; i < kThreads; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < kSlots; i++) free(atomic_exchange(&shared[i], NULL));
  printf("counts: %d changes of blocks by each of %d threads\n", rounds, kThreads);
  return 0;
}
