// verdict: definite 1/40, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// release() hands the object to nobody.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <memory>

#include "program.h"

struct Object {
  long numbers[5] = {1, 2, 3, 4, 5};
};

APART static void lose() {
  auto owner = std::make_unique<Object>();
  seen(owner.get());
  if (!kIsClean) owner.release();
}

int main() {
  lose();
  wipe();
  return 0;
}
