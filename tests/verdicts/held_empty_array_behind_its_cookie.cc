// verdict: definite 0, indirect 0, possible 0, reachable 1/8; fd 0
// SPDX-License-Identifier: Apache-2.0
// new T[0] with a destructor: the program knows the end of a block that has nothing but the count.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
// differs from valgrind: the pointer is behind the end, and it looks inside only
#include "program.h"

struct Element {
  long numbers[2];
  ~Element() { seen(this); }
};
Element* held;

APART static void hold(std::size_t count) { held = new Element[count]; }

int main() {
  hold(0);
  wipe();
  if (kIsClean) delete[] held, held = nullptr;
  return 0;
}
