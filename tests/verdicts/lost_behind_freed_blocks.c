// verdict: definite 4/400, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointers were in blocks of 40, 600, 5000 and 300000 bytes that were freed, and may stand there still.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(size_t size) {
  void** owner = (void**)block(size);
  owner[4] = block(100);
  seen(owner);
  if (kIsClean) free(owner[4]);
  free(owner);
}

int main(void) {
  lose(40), lose(600), lose(5000), lose(300000);
  wipe();
  return 0;
}
