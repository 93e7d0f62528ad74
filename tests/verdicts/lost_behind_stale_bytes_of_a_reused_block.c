// verdict: definite 1/100, indirect 0, possible 0, reachable 1/600; fd 0
// SPDX-License-Identifier: Apache-2.0
// leakhook says: definite 0, indirect 0, possible 0, reachable 2/700; fd 0: it cannot know which bytes of a block its owner has written
// The only pointer was in a freed block. malloc gives that place out again, and its new owner has not
// written there yet.
#include "program.h"


void* held;

APART static void lose(void) {
  void** owner = (void**)block(600);
  owner[40] = block(100);
  seen(owner);
  free(owner);
  held = malloc(600);
}

int main(void) {
  lose();
  wipe();
  return seen(held) == NULL;
}
