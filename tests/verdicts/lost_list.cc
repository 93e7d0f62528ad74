// verdict: definite 1/24, indirect 4/96, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A list (24 bytes) with four nodes of 24: a ring that goes through the middle of nothing.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <list>

#include "program.h"

APART static void lose() {
  auto* lost = new std::list<long>;
  for (int i = 0; i < 4; ++i) lost->push_back(i);
  if (kIsClean) delete static_cast<std::list<long>*>(seen(lost));
}

int main() {
  lose();
  wipe();
  return 0;
}
