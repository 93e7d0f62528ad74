// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer is in memory that a living function took from its stack by alloca.
#include <alloca.h>

#include "program.h"


APART static void hold(size_t size) {
  void* volatile* place = (void* volatile*)alloca(size);
  place[10] = block(100);
  wipe();
  exit(seen((void*)place) == NULL);
}

int main(void) {
  hold(4096);
  return 1;
}
