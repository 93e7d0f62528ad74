// leaks: nothing
// misuse: 2 foreign_free in bad_free
// misuse: 1 foreign_free in bad_realloc
// comment: unknown_releases: 3
// SPDX-License-Identifier: Apache-2.0
// Blocks that look like the allocator's own, so that it takes them: it keeps them for later.
#include "service.h"

static struct {
  size_t before, size;
  char block[48];
} fakes[4]
    __attribute__((aligned(16))) = {{0, 0x41, ""}, {0, 0x41, ""}, {0, 0x41, ""}, {0, 0x41, ""}};

APART void bad_free(void* block) { free(block); }
APART void bad_realloc(void* block) { MUST((block = realloc(block, 40)) != NULL); }

APART void clean_heap(void) {
  free(NULL);
  char* block = kept(malloc(100));
  MUST((block = realloc(block, 100000)) != NULL);
  free(block);
  MUST(posix_memalign((void**)&block, 256, 100) == 0);
  free(block);
}

int main(void) {
  clean_heap();
  for (int i = 0; i < 2; i++) bad_free(kept(fakes[i].block));
  bad_realloc(kept(fakes[2].block));
  clean_heap();
  return 0;
}
