// verdict: definite 2/64, indirect 4/128, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Two cycles of two nodes lead into one list of two nodes.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static struct Node* cycle(struct Node* tail) {
  struct Node* first = node(NULL, tail);
  first->next = node(first, NULL);
  return first;
}

APART static void give_back(struct Node* first) {
  free(first->next);
  free(first);
}

APART static void lose(void) {
  struct Node* tail = list_of(2);
  struct Node* one = cycle(tail);
  struct Node* two = cycle(tail);
  if (kIsClean) give_back(one), give_back(two), free_list(tail);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
