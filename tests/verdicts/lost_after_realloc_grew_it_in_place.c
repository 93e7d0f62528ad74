// verdict: definite 1/120, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The last block of the heap grows where it is.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* lost = malloc(100);
  for (size_t size = 101; size <= 120; ++size) lost = realloc(lost, size);
  if (kIsClean) free(lost);
  seen(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
