// verdict: definite 0, indirect 0, possible 0, reachable 1/48; fd 0
// SPDX-License-Identifier: Apache-2.0
// The program knows an object by its second base class, 16 bytes behind its start.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

struct First {
  virtual ~First() = default;
  long number = 1;
};
struct Second {
  virtual ~Second() = default;
  long number = 2;
};
struct Both : First, Second {
  long numbers[2] = {3, 4};
};
Second* held;

APART static void hold() { held = new Both; }

int main() {
  hold();
  wipe();
  if (kIsClean) delete held, held = nullptr;
  return 0;
}
