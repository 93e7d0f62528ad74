// leaks: 1 heap in leak_block (10 bytes), 1 heap in leak_late (30 bytes)
// exit: 9
// dumps: exit
// SPDX-License-Identifier: Apache-2.0

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
APART void leak_late(void) { kept(malloc(30)); }
static void exits_again(void) {
  leak_late();
  _exit(9);
}

int main(void) {
  leak_block();
  atexit(exits_again);
  return 0;
}
