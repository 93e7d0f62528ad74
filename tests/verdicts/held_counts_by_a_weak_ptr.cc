// verdict: definite 0, indirect 0, possible 0, reachable 1/48; fd 0
// SPDX-License-Identifier: Apache-2.0
// The object is gone; the block stays for the counts, as a weak_ptr looks at them.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <memory>

#include "program.h"

struct Object {
  long numbers[4] = {1, 2, 3, 4};
};
std::weak_ptr<Object>* held;
alignas(std::weak_ptr<Object>) char place[sizeof(std::weak_ptr<Object>)];

APART static void hold() {
  auto object = std::make_shared<Object>();
  held = new (place) std::weak_ptr<Object>(object);
}

int main() {
  hold();
  wipe();
  if (kIsClean) held->reset();
  return 0;
}
