// verdict: definite 0, indirect 0, possible 0, reachable 1/108; fd 0
// SPDX-License-Identifier: Apache-2.0
// A word before the block tells its length, and the program knows what is behind it: valgrind takes that for the start.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void* held;

APART static void hold(void) {
  size_t* length = (size_t*)block(sizeof *length + 100);
  *length = 100;
  held = length + 1;
}

int main(void) {
  hold();
  wipe();
  if (kIsClean) free((size_t*)held - 1), held = NULL;
  return 0;
}
