// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// quick_exit runs handlers of its own only.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
// differs from LeakSanitizer: it looks only where exit() calls it
#include "program.h"


APART static void lose(void) {
  void* lost = block(100);
  if (kIsClean) free(lost);
}

int main(void) {
  lose();
  wipe();
  quick_exit(0);
}
