// leaks: 1 heap in leak_filled (13 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "service.h"

APART void leak_filled(void) {
  char* p = malloc(13);
  memset(p, 7, malloc_usable_size(p));
}
APART void clean_filled(void) {
  for (size_t size = 1; size < 5000; size += 7) {
    char* p = malloc(size);
    const size_t usable = malloc_usable_size(p);
    printf("%zu %zu\n", size, usable);
    memset(kept(p), 1, usable);
    free(p);
  }
}

int main(void) {
  puts("stdio has its buffer now");
  leak_filled(), clean_filled();
  return 0;
}
