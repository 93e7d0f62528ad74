// verdict: definite 1/100, indirect 1/50, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A function that exit() calls loses a block, and below it one that main had made.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void** of_main;

static void at_exit(void) {
  void** lost = (void**)block(100);
  lost[3] = of_main;
  seen(lost);
  of_main = NULL;
  if (kIsClean) free(lost[3]), free(lost);
  wipe();
}

int main(void) {
  of_main = (void**)block(50);
  wipe();
  atexit(at_exit);
  return 0;
}
