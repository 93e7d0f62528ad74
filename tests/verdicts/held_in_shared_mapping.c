// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in anonymous shared memory that the program has mapped.
// differs from LeakSanitizer: it does not look into mappings that the program made
#include <sys/mman.h>

#include "program.h"


APART static void hold(void) {
  void** place = (void**)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  MUST(place != MAP_FAILED);
  place[600] = block(100);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
