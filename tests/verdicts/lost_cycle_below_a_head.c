// verdict: definite 1/32, indirect 3/96, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// leakhook says: definite 2/64, indirect 2/64, possible 0, reachable 0; fd 0: it goes by addresses as valgrind does
// A node that nobody points to leads into a cycle of three: it alone is definite.
// differs from valgrind: it goes by addresses, calls a node of the cycle definite, and does not take that back when it comes to the head, which leads to another node
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* cycle = list_of(3);
  cycle->next->next->next = cycle;
  struct Node* head = node(cycle, NULL);
  if (kIsClean) cycle->next->next->next = NULL, free_list(head);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
