// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Its only pointer was a variable of a function that has returned.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  void* lost = block(100);
  if (kIsClean) free(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
