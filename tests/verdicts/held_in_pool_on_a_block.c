// verdict: definite 0, indirect 0, possible 0, reachable 4/4396; fd 0
// SPDX-License-Identifier: Apache-2.0
// The program gives out parts of one block of 4096 bytes; the parts own blocks of malloc.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void** pool;

APART static void hold(void) {
  pool = (void**)block(4096);
  for (int i = 0; i < 3; ++i) pool[100 * (i + 1)] = block(100);
}

int main(void) {
  hold();
  wipe();
  for (int i = 0; kIsClean && i < 3; ++i) free(pool[100 * (i + 1)]);
  if (kIsClean) free(pool), pool = NULL;
  return 0;
}
