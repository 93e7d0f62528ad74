// verdict: definite 1/32, indirect 2/64, possible 0, reachable 2/64; fd 0
// SPDX-License-Identifier: Apache-2.0
// The list is cut in the middle: what is before the cut is held.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


struct Node* held;

APART static void lose(void) {
  held = list_of(5);
  if (kIsClean) free_list(held->next->next);
  held->next->next = NULL;
  if (kIsClean) free_list(held), held = NULL;
}

int main(void) {
  lose();
  wipe();
  return 0;
}
