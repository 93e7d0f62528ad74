// leaks: 1 heap in leak_block (10 bytes)
// dumps: exit
// env: LEAKHOOK_REACH=exit
// comment: ^reachability: done
// A program that leaves itself little address space: the copy that looks for what is reachable is not bound by that.
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include "service.h"

enum { PAGE = 4096, ROOM = 48 << 20 };

APART void leak_block(void) { kept(malloc(10)); }

int main(void) {
  leak_block();
  unsigned long pages = 0;
  FILE* const statm = fopen("/proc/self/statm", "r");
  MUST(statm != NULL && fscanf(statm, "%lu", &pages) == 1);
  fclose(statm);
  struct rlimit limit;
  MUST(getrlimit(RLIMIT_AS, &limit) == 0);
  limit.rlim_cur = pages * PAGE + ROOM;
  MUST(setrlimit(RLIMIT_AS, &limit) == 0);
  return 0;
}
