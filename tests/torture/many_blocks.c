// leaks: 300000 heap in leak_many (7200000 bytes), 3 heap in leak_last (99 bytes)
// long leaks: 10000000 heap in leak_many (240000000 bytes), 3 heap in leak_last (99 bytes)
// args: 300000
// long: 10000000
// env: LEAKHOOK_MEMORY=2GiB
// dumps: both
// seconds: 100
// SPDX-License-Identifier: Apache-2.0
// Live blocks, of which every other one was given back once, so that the table has grown by all its
// levels and has holes.
#include "storm.h"

APART void* leak_many(void) { return kept(malloc(24)); }
APART void* clean_in_between(void) { return kept(malloc(24)); }
APART void leak_last(void) { kept(malloc(33)); }

int main(int argc, char** argv) {
  const int count = rounds_of(argc, argv, 300000);
  void** passing = calloc((size_t)count, sizeof *passing);
  MUST(passing != NULL);
  for (int i = 0; i < count; i++) {
    MUST(leak_many() != NULL);
    passing[i] = clean_in_between();
  }
  for (int i = 0; i < count; i++) free(passing[i]);
  free(passing);
  for (int i = 0; i < 3; i++) leak_last();
  dump_me();
  printf("counts: %d live blocks, %d more before\n", count, count);
  return 0;
}
