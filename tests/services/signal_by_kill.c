// leaks: 1 heap in leak_one (8 bytes)
// asks: kill
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_one(void) { kept(malloc(8)); }

int main(void) {
  leak_one();
  for (int i = 0; i < 3; i++) dump_me();
  return 0;
}
