// verdict: definite 1/40, indirect 1/24, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// An object owns a node that points back to the object's second word, as containers and observers do.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

struct Node {
  Node* back = nullptr;
  long numbers[2] = {1, 2};
};
struct Owner {
  long number = 1;
  Node anchor;
  Node* owned = nullptr;
};

APART static void lose() {
  auto* owner = new Owner;
  owner->owned = new Node;
  owner->owned->back = &owner->anchor;
  seen(owner);
  if (kIsClean) delete owner->owned, delete owner;
}

int main() {
  lose();
  wipe();
  return 0;
}
