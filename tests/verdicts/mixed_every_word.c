// verdict: definite 1/32, indirect 2/64, possible 2/132, reachable 3/96; fd 0
// SPDX-License-Identifier: Apache-2.0
// One of each word in one program.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "graph.h"


struct Node* held;
char* middle;

APART static void hold_and_lose(void) {
  held = list_of(3);
  middle = (char*)node(block(100), NULL) + 12;
  struct Node* lost = seen(list_of(3));
  if (kIsClean) free_list(lost);
}

APART static void give_back(void) {
  struct Node* start = (struct Node*)(middle - 12);
  free(start->next), free(start), free_list(held);
  middle = NULL, held = NULL;
}

int main(void) {
  hold_and_lose();
  wipe();
  if (kIsClean) give_back();
  return 0;
}
