// verdict: definite 4/128, indirect 1/32, possible 0, reachable 2/64; fd 0
// SPDX-License-Identifier: Apache-2.0
// Links are the neighbours' addresses combined. The outermost nodes have one neighbour, so theirs are
// addresses: of seven nodes the head holds the second, and the lost last one the last but one.
#include "graph.h"


struct Node* head;

APART static void lose(void) {
  struct Node* nodes[7];
  for (int i = 0; i < 7; ++i) nodes[i] = node(NULL, NULL);
  for (int i = 0; i < 7; ++i) {
    uintptr_t before = i > 0 ? (uintptr_t)nodes[i - 1] : 0;
    uintptr_t behind = i < 6 ? (uintptr_t)nodes[i + 1] : 0;
    nodes[i]->next = (struct Node*)(before ^ behind);
  }
  head = nodes[0];
  memset(nodes, 0, sizeof nodes);
  seen(nodes);
}

int main(void) {
  lose();
  wipe();
  return seen(head) == NULL;
}
