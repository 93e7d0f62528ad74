// verdict: definite 0, indirect 0, possible 0, reachable 1/88; fd 0
// SPDX-License-Identifier: Apache-2.0
// new T[5] with a destructor puts the count before the first element; the program knows the element only.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

struct Element {
  long numbers[2];
  ~Element() { seen(this); }
};
Element* held;

APART static void hold() { held = new Element[5]; }

int main() {
  hold();
  wipe();
  if (kIsClean) delete[] held, held = nullptr;
  return 0;
}
