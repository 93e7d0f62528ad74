// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in a mapping that the program has filled, then protected.
// differs from LeakSanitizer: it does not look into mappings that the program made
// differs from valgrind: it looks at no memory that cannot be written, although the program can still read the pointer
#include <sys/mman.h>

#include "program.h"


APART static void hold(void) {
  void** place = (void**)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(place != MAP_FAILED);
  place[600] = block(100);
  MUST(mprotect(place, 8192, PROT_READ) == 0);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
