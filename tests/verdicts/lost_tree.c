// verdict: definite 1/32, indirect 14/448, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A binary tree of four levels without its root.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static struct Node* tree(int levels) {
  return levels == 0 ? NULL : node(tree(levels - 1), tree(levels - 1));
}

APART static void free_tree(struct Node* root) {
  if (!root) return;
  free_tree(root->next);
  free_tree(root->other);
  free(root);
}

APART static void lose(void) {
  struct Node* root = seen(tree(4));
  if (kIsClean) free_tree(root);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
