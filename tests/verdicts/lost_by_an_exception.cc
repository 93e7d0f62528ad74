// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The function that knows the block is left by throwing; the exception itself is given back.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

APART static void fail() { throw 5; }

APART static void lose() {
  void* lost = block(100);
  if (!kIsClean) fail();
  free(lost);
  fail();
}

int main() {
  try {
    lose();
  } catch (int) {
    seen(nullptr);
  }
  wipe();
  return 0;
}
