// verdict: definite 1000/16000, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A thousand small blocks from one place.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(int count) {
  for (int i = 0; i < count; ++i) {
    void* lost = block(16);
    if (kIsClean) free(lost);
  }
}

int main(void) {
  lose(1000);
  wipe();
  return 0;
}
