// SPDX-License-Identifier: Apache-2.0
// What does glibc say of its heap? mallinfo2, malloc_info and malloc_stats after steady work.
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  static void* blocks[4000];
  setvbuf(stdout, NULL, _IONBF, 0);
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < 4000; i++) blocks[i] = realloc(blocks[i], (size_t)((i * 37 + round) % 3000));
    for (int i = round; i < 4000; i += 3) free(blocks[i]), blocks[i] = NULL;
  }
  const struct mallinfo2 now = mallinfo2();
  printf("%zu %zu %zu %zu %zu %zu %zu %zu %zu\n", now.arena, now.ordblks, now.smblks, now.hblks,
         now.hblkhd, now.fsmblks, now.uordblks, now.fordblks, now.keepcost);
  malloc_info(0, stdout);
  malloc_stats();
  printf("trimmed: %d\n", malloc_trim(0));
  return 0;
}
