// verdict: definite 1/32, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A pointer to itself does not hold a block.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* self = node(NULL, NULL);
  self->next = self;
  if (kIsClean) free(self);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
