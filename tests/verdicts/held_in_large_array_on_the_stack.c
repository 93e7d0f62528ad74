// verdict: definite 0, indirect 0, possible 0, reachable 2/150; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointers are at both ends of an array of 4 MiB in a living frame.
#include "program.h"


enum { kWords = 4 * 1024 * 1024 / 8 };

APART static void hold(void) {
  void* array[kWords];
  memset(array, 0, sizeof array);
  array[0] = block(100);
  array[kWords - 1] = block(50);
  seen(array);
  wipe();
  exit(seen(array) == NULL);
}

int main(void) {
  hold();
  return 1;
}
