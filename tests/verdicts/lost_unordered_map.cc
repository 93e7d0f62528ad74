// verdict: definite 1/56, indirect 11/248, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// An unordered_map (56 bytes) with ten nodes of 16 and 11 buckets of 8.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <unordered_map>

#include "program.h"

APART static void lose() {
  auto* lost = new std::unordered_map<int, int>;
  lost->reserve(10);
  for (int i = 0; i < 10; ++i) (*lost)[i] = i;
  if (kIsClean) delete static_cast<std::unordered_map<int, int>*>(seen(lost));
}

int main() {
  lose();
  wipe();
  return 0;
}
