// verdict: definite 0, indirect 0, possible 0, reachable 4/128; fd 0
// SPDX-License-Identifier: Apache-2.0
// A global points to the head.
#include "graph.h"


struct Node* head;

APART static void hold(void) { head = list_of(4); }

int main(void) {
  hold();
  wipe();
  return seen(head) == NULL;
}
