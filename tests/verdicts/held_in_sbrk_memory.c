// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in memory that the program itself took from the kernel by sbrk.
// differs from LeakSanitizer: it does not look into mappings that the program made
#include "program.h"


APART static void hold(void) {
  void** place = (void**)sbrk(8192);
  MUST(place != (void*)-1);
  place[600] = block(100);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
