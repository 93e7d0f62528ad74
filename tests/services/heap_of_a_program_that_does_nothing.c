// leaks: nothing at all
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

int main(void) {
  dump_me();
  return 0;
}
