// verdict: definite 0, indirect 0, possible 0, reachable 1/125; fd 0
// SPDX-License-Identifier: Apache-2.0
// Strings of the old ABI point behind their length, capacity and count: 24 bytes, 100 characters, a zero.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#define _GLIBCXX_USE_CXX11_ABI 0
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
