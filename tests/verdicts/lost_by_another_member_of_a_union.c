// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A number was stored where the pointer was.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


union {
  void* pointer;
  double number;
} shared;

APART static void lose(void) {
  shared.pointer = block(100);
  if (kIsClean) free(seen(shared.pointer));
  shared.number = 2.5;
}

int main(void) {
  lose();
  wipe();
  return shared.number == 0;
}
