// leaks: 3 heap in leak_deep (30 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_deep(void) { kept(malloc(10)); }
APART int recurse(int depth) {
  if (depth == 0) leak_deep();
  return depth ? recurse(depth - 1) + 1 : 0;
}

int main(void) {
  printf("%d\n", recurse(50) + recurse(1000) + recurse(20000));
  fflush(stdout);
  dump_me();
  return 0;
}
