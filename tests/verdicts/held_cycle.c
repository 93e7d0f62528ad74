// verdict: definite 0, indirect 0, possible 0, reachable 3/96; fd 0
// SPDX-License-Identifier: Apache-2.0
// A global points to one node of the cycle.
#include "graph.h"


struct Node* entry;

APART static void hold(void) {
  entry = list_of(3);
  entry->next->next->next = entry;
}

int main(void) {
  hold();
  wipe();
  return seen(entry) == NULL;
}
