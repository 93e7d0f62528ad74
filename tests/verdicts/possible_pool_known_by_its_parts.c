// verdict: definite 0, indirect 0, possible 2/4196, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The program keeps a part of the pool only, not the pool: a pointer into the middle.
#include "program.h"


void** part;

APART static void hold(void) {
  part = (void**)block(4096) + 64;
  part[3] = block(100);
}

int main(void) {
  hold();
  wipe();
  return seen(part) == NULL;
}
