// leaks: not judged
// env: LEAKHOOK_MEMORY=16MiB
// comment: ceiling_reached|LEAKHOOK_MEMORY|live_table_full
// stderr: ^leakhook.*(MEMORY|full|ceiling)
// SPDX-License-Identifier: Apache-2.0
// Blocks that no table has room for must not cost much more than those that are recorded.
#include <time.h>

#include "service.h"

enum { kFitting = 200000, kFilling = 800000, kMost = 8 };

// Nanoseconds of this process for so many blocks.
static long time_of_blocks(int count) {
  struct timespec begin, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (int i = 0; i < count; i++) kept(malloc(30));
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  return (end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec;
}

int main(void) {
  const long before = time_of_blocks(kFitting);
  time_of_blocks(kFilling);
  const long after = time_of_blocks(kFitting);
  if (after <= kMost * before) return 0;
  dprintf(2, "%ld ms for what took %ld ms before\n", after / 1000000, before / 1000000);
  return 1;
}
