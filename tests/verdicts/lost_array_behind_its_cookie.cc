// verdict: definite 1/40, indirect 4/64, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// new T[4] with a destructor; each of the elements owns a block.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

struct Element {
  char* owned = new char[16]();
  ~Element() { delete[] owned; }
};

APART static void lose() {
  auto* lost = static_cast<Element*>(seen(new Element[4]));
  if (kIsClean) delete[] lost;
}

int main() {
  lose();
  wipe();
  return 0;
}
