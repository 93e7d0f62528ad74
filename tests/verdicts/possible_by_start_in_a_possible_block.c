// verdict: definite 0, indirect 0, possible 2/132, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The start of a block stands in a block that is only possible itself.
#include "graph.h"


char* middle;

APART static void hold(void) { middle = (char*)node(block(100), NULL) + 24; }

int main(void) {
  hold();
  wipe();
  return seen(middle) == NULL;
}
