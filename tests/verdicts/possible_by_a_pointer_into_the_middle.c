// verdict: definite 0, indirect 0, possible 1/100, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// All that is left is the address of byte 40.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


char* middle;

APART static void hold(void) { middle = (char*)block(100) + 40; }

int main(void) {
  hold();
  wipe();
  if (kIsClean) free(middle - 40), middle = NULL;
  return 0;
}
