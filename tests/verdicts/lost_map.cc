// verdict: definite 1/48, indirect 5/200, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A map (48 bytes) with five nodes of 40; parents and children point to each other, and the root's parent is inside the map.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <map>

#include "program.h"

APART static void lose() {
  auto* lost = new std::map<int, int>;
  for (int i = 0; i < 5; ++i) (*lost)[i] = i;
  if (kIsClean) delete static_cast<std::map<int, int>*>(seen(lost));
}

int main() {
  lose();
  wipe();
  return 0;
}
