// leaks: 1 heap in leak_one (2 bytes)
// preload: libearly_blocks.so
// SPDX-License-Identifier: Apache-2.0
// A preload whose constructor runs before ours allocates 10 000 blocks and misses 1 000 dlsyms.
#include "service.h"

APART void leak_one(void) { kept(malloc(2)); }

int main(void) {
  leak_one();
  puts("ends well");
  return 0;
}
