// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// exit() is called while main's variable points to the block.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


int main(void) {
  void* volatile held = block(100);
  wipe();
  if (kIsClean) free(held);
  exit(0);
}
