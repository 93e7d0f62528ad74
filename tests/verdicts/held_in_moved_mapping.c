// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The mapping that has the only pointer was moved and grown by mremap.
// differs from LeakSanitizer: it does not look into mappings that the program made
#include <sys/mman.h>

#include "program.h"


APART static void hold(void) {
  void** first = (void**)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST(first != MAP_FAILED);
  first[300] = block(100);
  void* target = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  void** place = (void**)mremap(first, 4096, 65536, MREMAP_MAYMOVE | MREMAP_FIXED, target);
  MUST(place == target);
  seen(place);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
