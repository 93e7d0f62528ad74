// verdict: definite 1/4096, indirect 3/300, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The pool is lost, and with it all that its parts own.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  void** pool = (void**)block(4096);
  for (int i = 0; i < 3; ++i) pool[100 * (i + 1)] = block(100);
  for (int i = 0; kIsClean && i < 3; ++i) free(pool[100 * (i + 1)]);
  if (kIsClean) free(pool);
  seen(pool);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
