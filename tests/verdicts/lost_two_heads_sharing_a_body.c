// verdict: definite 2/64, indirect 3/96, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Two lists with the same last three nodes.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* body = list_of(3);
  struct Node* one = node(body, NULL);
  struct Node* two = node(body, NULL);
  if (kIsClean) free(seen(one)), free(seen(two)), free_list(body);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
