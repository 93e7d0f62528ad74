// leaks: nothing
// libc keeps: heap in clean_in_a_row, heap in clean_together
// dumps: both
// seconds: 120
// long: 100000
// SPDX-License-Identifier: Apache-2.0
// Argument: how many threads.
#include <pthread.h>

#include "resident.h"

enum { kTogether = 64 };

static void* allocates(void* unused) {
  free(kept(malloc(100)));
  return unused;
}

APART void clean_in_a_row(int count) {
  for (int i = 0; i < count; i++) {
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, allocates, NULL) == 0);
    MUST(pthread_join(thread, NULL) == 0);
  }
}

APART void clean_together(int count) {
  for (int i = 0; i < count; i += kTogether) {
    pthread_t threads[kTogether];
    for (int j = 0; j < kTogether; j++)
      MUST(pthread_create(&threads[j], NULL, allocates, NULL) == 0);
    for (int j = 0; j < kTogether; j++) MUST(pthread_join(threads[j], NULL) == 0);
  }
}

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 20000;
  clean_in_a_row(500);
  clean_together(3000);
  const long before = resident_beside_heap();
  clean_in_a_row(count / 2);
  clean_together(count / 2);
  // Less than 11 bytes a thread. Stacks and arenas of libc differ by what ran at once.
  must_be_flat(before, 512);
  dump_me();
  return 0;
}
