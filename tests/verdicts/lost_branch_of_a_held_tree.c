// verdict: definite 1/32, indirect 6/192, possible 0, reachable 8/256; fd 0
// SPDX-License-Identifier: Apache-2.0
// The root is held, its left branch (three levels) was cut off.
#include "graph.h"


struct Node* root;

APART static struct Node* tree(int levels) {
  return levels == 0 ? NULL : node(tree(levels - 1), tree(levels - 1));
}

APART static void lose(void) {
  root = tree(4);
  root->next = NULL;
}

int main(void) {
  lose();
  wipe();
  return seen(root) == NULL;
}
