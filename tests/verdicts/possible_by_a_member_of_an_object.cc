// verdict: definite 0, indirect 0, possible 1/48, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The address of a plain member is no second base: a pointer into the middle.
#include "program.h"

struct Object {
  virtual ~Object() = default;
  long numbers[5] = {1, 2, 3, 4, 5};
};
long* held;

APART static void hold() { held = &(new Object)->numbers[2]; }

int main() {
  hold();
  wipe();
  return seen(held) == nullptr;
}
