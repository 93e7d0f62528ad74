// verdict: definite 0, indirect 0, possible 0, reachable 4/264; fd 0
// SPDX-License-Identifier: Apache-2.0
// In initialised data, in zeroed data, in an array, in a static variable of a function.
#include "program.h"


void* initialised = &initialised;
void* zeroed;
struct {
  char before[4096];
  void* pointer;
} array[3];

APART static void** local(void) {
  static void* held;
  return &held;
}

APART static void hold(void) {
  initialised = block(100);
  zeroed = block(60);
  array[2].pointer = block(80);
  *local() = block(24);
}

int main(void) {
  hold();
  wipe();
  seen(&initialised), seen(&zeroed), seen(array);
  return *local() == NULL;
}
