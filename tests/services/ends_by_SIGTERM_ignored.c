// leaks: 1 heap in leak_block (10 bytes)
// exit: 12
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main(void) {
  signal(SIGTERM, SIG_IGN);
  leak_block();
  raise(SIGTERM);
  return 12;
}
