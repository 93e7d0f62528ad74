// verdict: definite 1/1048576, indirect 1/100, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// 1 MiB of zeroes that were hardly ever touched; a pointer stands in their midst.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  void** lost = (void**)calloc(1 << 20, 1);
  MUST(lost);
  lost[1 << 16] = block(100);
  seen(lost);
  if (kIsClean) free(lost[1 << 16]), free(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
