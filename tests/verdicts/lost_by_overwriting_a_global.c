// verdict: definite 2/100, indirect 0, possible 0, reachable 1/50; fd 0
// SPDX-License-Identifier: Apache-2.0
// A global takes three blocks one after the other and keeps the last.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void* volatile held;

APART static void lose(void) {
  for (int i = 0; i < 3; ++i) {
    if (kIsClean) free(held);
    held = block(50);
  }
  if (kIsClean) free(held), held = NULL;
}

int main(void) {
  lose();
  wipe();
  return 0;
}
