// leaks: 2 mapping in leak_around_a_hole (24576 bytes), 1 mapping in leak_end (8192 bytes), 1 mapping in leak_start (4096 bytes), 2 mapping in leak_around_fixed (8192 bytes), 1 mapping in leak_fixed (4096 bytes), 1 mapping in leak_shrunk (4096 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include "service.h"

enum { kPage = 4096 };
static char* map(int pages) {
  char* p = mmap(NULL, pages * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(p != MAP_FAILED);
  return p;
}

APART void leak_around_a_hole(void) { MUST(munmap(map(8) + 3 * kPage, 2 * kPage) == 0); }
APART void leak_end(void) { MUST(munmap(map(4), 2 * kPage) == 0); }
APART void leak_start(void) { MUST(munmap(map(4) + kPage, 3 * kPage) == 0); }
APART char* leak_around_fixed(void) { return map(3); }
APART void leak_fixed(char* at) {
  MUST(mmap(at, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at);
}
APART void leak_shrunk(void) { MUST(mremap(map(4), 4 * kPage, kPage, 0) != MAP_FAILED); }
APART void clean_in_pieces(void) {
  char* p = map(4);
  munmap(p + kPage, kPage);
  munmap(p + 3 * kPage, kPage);
  munmap(p, 3 * kPage);
}
APART void clean_two_at_once(void) {
  char* p = map(8);
  mmap(p + 4 * kPage, 4 * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  munmap(p, 8 * kPage);
}

int main(void) {
  leak_around_a_hole(), leak_end(), leak_start(), leak_shrunk();
  leak_fixed(leak_around_fixed() + kPage);
  clean_in_pieces(), clean_two_at_once();
  return 0;
}
