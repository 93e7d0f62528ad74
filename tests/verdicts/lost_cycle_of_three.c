// verdict: definite 1/32, indirect 2/64, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Each is pointed to by another lost one: one of them stands for all.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* first = list_of(3);
  first->next->next->next = first;
  if (kIsClean) first->next->next->next = NULL, free_list(first);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
