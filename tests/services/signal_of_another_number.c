// leaks: 1 heap in leak_one (8 bytes)
// env: LEAKHOOK_SIGNAL=RTMIN+3
// asks: 3
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_one(void) { kept(malloc(8)); }

int main(void) {
  leak_one();
  dump_me();
  return 0;
}
