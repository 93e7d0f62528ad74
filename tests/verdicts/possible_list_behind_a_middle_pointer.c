// verdict: definite 0, indirect 0, possible 4/128, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// What is reached only through a possible block is possible itself.
#include "graph.h"


char* middle;

APART static void hold(void) { middle = (char*)list_of(4) + 20; }

int main(void) {
  hold();
  wipe();
  return seen(middle) == NULL;
}
