// leaks: not judged
// dumps: none
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

int main(void) {
  kept(malloc(10));
  puts("ends well");
  return 0;
}
