// leaks: 1 heap in leak_block (10 bytes)
// exit: 5
// dumps: exit
// SPDX-License-Identifier: Apache-2.0

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main(void) {
  leak_block();
  _exit(5);
}
