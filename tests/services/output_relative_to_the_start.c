// leaks: 1 heap in leak_one (21 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Profiles go to the folder in which the process started, wherever it went since.
#include "service.h"

APART void leak_one(void) { kept(malloc(21)); }

int main(void) {
  MUST(chdir("/") == 0);
  leak_one();
  dump_me();
  return 0;
}
