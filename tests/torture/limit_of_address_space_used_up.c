// leaks: 1000 heap in leak_before (17000 bytes), 1000 heap in leak_after (18000 bytes)
// args: 5
// long: 100
// storm: 0
// seconds: 60
// SPDX-License-Identifier: Apache-2.0
// Address space is used up to the last page, given back, and used up again; the program goes on when
// malloc fails, and asks for a dump in that state.
#include <sys/mman.h>
#include <sys/resource.h>

#include "storm.h"

APART void leak_before(void) { kept(malloc(17)); }
APART void leak_after(void) { kept(malloc(18)); }

// Lists what it was given in the blocks themselves.
APART int clean_until_refused(void** all, int is_dumped) {
  int refusals = 0;
  for (size_t size = 16 << 20; size >= 16; size /= 8) {
    void** p;
    while ((p = malloc(size)) != NULL) {
      *p = *all;
      *all = p;
    }
    MUST(errno == ENOMEM);
    refusals++;
  }
  MUST(mmap(NULL, 4 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
  if (is_dumped) dump_me();
  while (*all != NULL) {
    void** p = *all;
    *all = *p;
    free(p);
  }
  return refusals;
}

int main(int argc, char** argv) {
  const struct rlimit small = {200 << 20, 200 << 20};
  const int rounds = rounds_of(argc, argv, 5);
  if (getenv("LIMITED") == NULL) {
    MUST(setenv("LIMITED", "1", 1) == 0 && setrlimit(RLIMIT_AS, &small) == 0);
    execv("/proc/self/exe", argv);
  }
  void* all = NULL;
  for (int i = 0; i < 1000; i++) leak_before();
  int refusals = 0;
  for (int i = 0; i < rounds; i++) refusals += clean_until_refused(&all, i == 0);
  for (int i = 0; i < 1000; i++) leak_after();
  printf("counts: %d requests refused\n", refusals);
  return 0;
}
