// verdict: definite 1/32, indirect 3/96, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Each neighbour points to the other: one stands for all.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* first = list_of(4);
  for (struct Node* at = first; at->next; at = at->next) at->next->other = at;
  first->other = NULL;
  if (kIsClean) free_list(first);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
