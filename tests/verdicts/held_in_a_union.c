// verdict: definite 0, indirect 0, possible 0, reachable 2/150; fd 0
// SPDX-License-Identifier: Apache-2.0
// Of members that share their place the pointer was stored last; of another union, a number with its value.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


union Either {
  double number;
  void* pointer;
  uintptr_t word;
};
union Either held[2];

APART static void hold(void) {
  held[0].number = 1.5;
  held[0].pointer = block(100);
  held[1].word = (uintptr_t)block(50);
}

int main(void) {
  hold();
  wipe();
  if (kIsClean) free(held[0].pointer), free(held[1].pointer), memset(held, 0, sizeof held);
  return 0;
}
