// verdict: definite 0, indirect 0, possible 0, reachable 5/1680; fd 0
// SPDX-License-Identifier: Apache-2.0
// A deque (80 bytes) holds a map of eight pointers, which hold blocks of 512 bytes from the map's middle on.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <deque>

#include "program.h"

std::deque<long>* held;

APART static void hold() { held = new std::deque<long>(150, 1); }

int main() {
  hold();
  wipe();
  if (kIsClean) delete held, held = nullptr;
  return 0;
}
