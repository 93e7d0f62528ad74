// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The address still stands in the frame of a function that has returned, far below the stack pointer.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  void* volatile frame[16384];
  frame[0] = block(100);
  if (kIsClean) free(frame[0]);
}

int main(void) {
  lose();
  exit(0);
}
