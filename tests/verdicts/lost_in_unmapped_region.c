// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer was in a mapping that is gone.
#include <sys/mman.h>

#include "program.h"


APART static void lose(void) {
  void** place = (void**)mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(place != MAP_FAILED);
  place[600] = block(100);
  MUST(munmap(place, 8192) == 0);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
