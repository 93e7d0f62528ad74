// leaks: 1 heap in leak_malloc (100 bytes), 1 heap in leak_calloc (120 bytes), 1 heap in leak_realloc (300 bytes), 1 heap in leak_reallocarray (48 bytes), 1 heap in leak_memalign (77 bytes), 1 heap in leak_aligned_alloc (128 bytes), 1 heap in leak_posix_memalign (55 bytes), 1 heap in leak_valloc (66 bytes), 1 heap in leak_pvalloc (88 bytes), 2 heap in leak_null_realloc (30 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "service.h"

APART void leak_malloc(void) { kept(malloc(100)); }
APART void leak_calloc(void) { kept(calloc(12, 10)); }
APART void leak_realloc(void) { kept(realloc(malloc(10), 300)); }
APART void leak_null_realloc(void) {
  for (int i = 1; i <= 2; i++) kept(realloc(NULL, 10 * i));
}
APART void leak_reallocarray(void) { kept(reallocarray(malloc(10), 6, 8)); }
APART void leak_memalign(void) { kept(memalign(64, 77)); }
APART void leak_aligned_alloc(void) { kept(aligned_alloc(64, 128)); }
APART void leak_posix_memalign(void) {
  void* p;
  MUST(posix_memalign(&p, 64, 55) == 0);
  kept(p);
}
APART void leak_valloc(void) { kept(valloc(66)); }
APART void leak_pvalloc(void) { kept(pvalloc(88)); }
APART void clean_all(void) {
  free(kept(malloc(100)));
  free(kept(calloc(12, 10)));
  free(kept(realloc(malloc(10), 300)));
  free(kept(reallocarray(NULL, 6, 8)));
  free(kept(memalign(64, 77)));
  free(kept(aligned_alloc(64, 128)));
  free(kept(valloc(66)));
  free(kept(pvalloc(88)));
  kept(realloc(malloc(100), 0));
  free(NULL);
}

int main(void) {
  leak_malloc(), leak_calloc(), leak_realloc(), leak_null_realloc(), leak_reallocarray();
  leak_memalign(), leak_aligned_alloc(), leak_posix_memalign(), leak_valloc(), leak_pvalloc();
  clean_all();
  dump_me();
  return 0;
}
