// leaks: 1 heap in leak_kept_block (100 bytes), 1 heap in leak_kept_array (200 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>
#include <stdint.h>

#include "service.h"

// Opaque to the compiler, which knows that such sizes cannot be had.
static size_t too_much(void) { return (size_t)kept((void*)(PTRDIFF_MAX - 64)); }

APART void leak_kept_block(void) {
  void* p = malloc(100);
  errno = 0;
  MUST(realloc(p, too_much()) == NULL && errno == ENOMEM);
}
APART void leak_kept_array(void) {
  void* p = malloc(200);
  errno = 0;
  MUST(reallocarray(p, too_much(), 4) == NULL && errno == ENOMEM);
}
APART void clean_refused(void) {
  void* p = kept(NULL);
  MUST(malloc(too_much()) == NULL && errno == ENOMEM);
  MUST(calloc(too_much(), 3) == NULL && errno == ENOMEM);
  MUST(posix_memalign(&p, 3, 10) == EINVAL && p == NULL);
  errno = 0;
  MUST(memalign(64, too_much()) == NULL && errno == ENOMEM);
}

int main(void) {
  leak_kept_block(), leak_kept_array(), clean_refused();
  return 0;
}
