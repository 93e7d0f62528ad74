// verdict: definite 1/32, indirect 1/100, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A lost block points into the middle of another: that one is indirect.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  char* target = block(100);
  struct Node* head = node((struct Node*)(target + 48), NULL);
  if (kIsClean) free(seen(target)), free(seen(head));
}

int main(void) {
  lose();
  wipe();
  return 0;
}
