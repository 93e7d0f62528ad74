// leaks: not judged
// exit: signal SEGV
// dumps: none
// SPDX-License-Identifier: Apache-2.0

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main(void) {
  leak_block();
  *(volatile int*)kept(NULL) = 1;
  return 0;
}
