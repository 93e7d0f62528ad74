// leaks: 1 heap in leak_some (5000 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "service.h"

APART void leak_some(void) { kept(malloc(5000)); }

static void print_statistics(void) {
  const struct mallinfo2 now = mallinfo2();
  printf("%zu %zu %zu %zu %zu\n", now.arena, now.ordblks, now.uordblks, now.fordblks, now.hblkhd);
  malloc_info(0, stdout);
}

int main(void) {
  print_statistics();
  leak_some();
  free(kept(malloc(1 << 20)));
  print_statistics();
  return 0;
}
