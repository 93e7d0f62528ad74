// verdict: definite 0, indirect 0, possible 0, reachable 1/101; fd 0
// SPDX-License-Identifier: Apache-2.0
// 100 characters and a zero; the string itself is never destroyed.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <string>

#include "program.h"

alignas(std::string) char held[sizeof(std::string)];

APART static void hold() { new (held) std::string(100, 'x'); }

int main() {
  hold();
  wipe();
  if (kIsClean) reinterpret_cast<std::string*>(held)->~basic_string();
  return 0;
}
