// verdict: definite 0, indirect 0, possible 0, reachable 1/472; fd 1
// SPDX-License-Identifier: Apache-2.0
// The C library has a list of all open streams: the descriptor is left open, the block is held.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void hold(void) {
  FILE* stream = fopen("/dev/null", "r");
  MUST(stream);
  if (kIsClean) fclose(stream);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
