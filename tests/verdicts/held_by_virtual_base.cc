// verdict: definite 0, indirect 0, possible 0, reachable 1/32; fd 0
// SPDX-License-Identifier: Apache-2.0
// The program knows an object by its virtual base class, 16 bytes behind its start.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

struct Base {
  virtual ~Base() = default;
  long number = 1;
};
struct Derived : virtual Base {
  long number_of_derived = 2;
};
Base* held;

APART static void hold() { held = new Derived; }

int main() {
  hold();
  wipe();
  if (kIsClean) delete held, held = nullptr;
  return 0;
}
