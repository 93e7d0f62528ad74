// verdict: definite 1/200, indirect 0, possible 0, reachable 1/3000; fd 0
// SPDX-License-Identifier: Apache-2.0
// realloc copies the pointer in the block to its new place; afterwards the program overwrites it.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void** held;

APART static void lose(void) {
  held = (void**)block(100);
  held[5] = block(200);
  held = (void**)realloc(held, 3000);
  if (kIsClean) free(held[5]);
  held[5] = NULL;
  memset(held + 6, 0, 100);
}

int main(void) {
  lose();
  wipe();
  if (kIsClean) free(held), held = NULL;
  return 0;
}
