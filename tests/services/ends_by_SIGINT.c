// leaks: 1 heap in leak_block (10 bytes)
// exit: signal INT
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main(void) {
  leak_block();
  raise(SIGINT);
  return 1;
}
