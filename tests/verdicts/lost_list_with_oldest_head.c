// verdict: definite 1/32, indirect 4/128, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// As the list lost by its head, and the head is the oldest node: the order of addresses decides nothing.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* head = node(NULL, NULL);
  struct Node* last = head;
  for (int i = 0; i < 4; ++i) last = last->next = node(NULL, NULL);
  if (kIsClean) free_list(head);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
