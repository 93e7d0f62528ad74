// verdict: definite 0, indirect 0, possible 0, reachable 6/248; fd 0
// SPDX-License-Identifier: Apache-2.0
// The usual singleton: a reference to a map that lives until the end.
#include <map>

#include "program.h"

static std::map<int, int>& single() {
  static auto& map = *new std::map<int, int>;
  return map;
}

APART static void hold() {
  for (int i = 0; i < 5; ++i) single()[i] = i;
}

int main() {
  hold();
  wipe();
  return single().empty();
}
