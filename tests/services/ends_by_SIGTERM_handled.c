// leaks: 1 heap in leak_block (10 bytes)
// exit: 11
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
static void ends(int unused) {
  (void)unused;
  exit(11);
}

int main(void) {
  signal(SIGTERM, ends);
  leak_block();
  raise(SIGTERM);
  return 1;
}
