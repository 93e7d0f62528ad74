// verdict: definite 1/24, indirect 3/278, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A vector (24 bytes) of three strings (32 each): two of 90 characters and a zero, one short enough to need none.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <string>
#include <vector>

#include "program.h"

APART static void lose() {
  auto* lost = new std::vector<std::string>;
  lost->reserve(3);
  lost->emplace_back(90, 'x');
  lost->emplace_back("short");
  lost->emplace_back(90, 'y');
  if (kIsClean) delete static_cast<std::vector<std::string>*>(seen(lost));
}

int main() {
  lose();
  wipe();
  return 0;
}
