// verdict: definite 0, indirect 0, possible 0, reachable 5/160; fd 0
// SPDX-License-Identifier: Apache-2.0
// The start of a node in the middle reaches all nodes.
#include "graph.h"


struct Node* middle;

APART static void hold(void) {
  struct Node* first = list_of(5);
  for (struct Node* at = first; at->next; at = at->next) at->next->other = at;
  middle = first->next->next;
}

int main(void) {
  hold();
  wipe();
  return seen(middle) == NULL;
}
