// verdict: definite 5/912, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// posix_memalign, aligned_alloc, memalign and valloc: alignment is no part of the size.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <malloc.h>

#include "program.h"


APART static void lose(void) {
  void* lost[5];
  MUST(posix_memalign(&lost[0], 64, 100) == 0);
  lost[1] = aligned_alloc(256, 512);
  lost[2] = memalign(32, 100);
  lost[3] = valloc(100);
  lost[4] = memalign(65536, 100);
  for (int i = 0; i < 5; ++i) MUST(lost[i]);
  seen(lost);
  for (int i = 0; kIsClean && i < 5; ++i) free(lost[i]);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
