// leaks: not judged
// exit: signal ABRT
// dumps: none
// SPDX-License-Identifier: Apache-2.0

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
int main() {
  leak_block();
  throw 1;
}
