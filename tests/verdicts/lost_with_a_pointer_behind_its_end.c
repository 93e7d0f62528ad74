// verdict: definite 2/88, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// One past the last byte is not inside, whether the allocator rounded the size up or not.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


char* ends[2];

APART static void lose(void) {
  ends[0] = (char*)block(24) + 24;
  ends[1] = (char*)block(64) + 64;
}

int main(void) {
  lose();
  wipe();
  if (kIsClean) free(ends[0] - 24), free(ends[1] - 64);
  return seen(ends[0]) == NULL;
}
