// verdict: definite 1/50, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A block of 5000 bytes becomes one of 50.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* lost = block(5000);
  lost = realloc(lost, 50);
  if (kIsClean) free(lost);
  seen(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
