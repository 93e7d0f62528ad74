// leaks: 1 heap in leak_first (10 bytes), 1 heap in leak_second (20 bytes), 1 heap in leak_third (30 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_first(void) { kept(malloc(10)); }
APART void leak_second(void) { kept(malloc(20)); }
APART void leak_third(void) { kept(malloc(30)); }

int main(void) {
  leak_first();
  dump_me();
  leak_second();
  dump_me();
  leak_third();
  dump_me();
  return 0;
}
