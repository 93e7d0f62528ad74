// verdict: definite 2/64, indirect 2/64, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// One function allocates for two: two stacks, two lost heads, two nodes below them.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


APART static void lose(void) {
  struct Node* lost = seen(list_of(2));
  if (kIsClean) free_list(lost);
}

APART static void first_caller(void) { lose(), seen(NULL); }
APART static void second_caller(void) { lose(), seen(NULL); }

int main(void) {
  first_caller();
  second_caller();
  wipe();
  return 0;
}
