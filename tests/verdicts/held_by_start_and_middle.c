// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// A pointer to the start counts more than one into the middle, whichever is found first.
#include "program.h"


char* held[3];

APART static void hold(void) {
  char* start = block(100);
  held[0] = start + 40;
  held[1] = start;
  held[2] = start + 80;
}

int main(void) {
  hold();
  wipe();
  return seen(held[1]) == NULL;
}
