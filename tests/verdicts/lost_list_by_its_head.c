// verdict: definite 1/32, indirect 3/96, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Nobody points to the head, everything else hangs below it. The head is the youngest.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* head = seen(list_of(4));
  if (kIsClean) free_list(head);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
