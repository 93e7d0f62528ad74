// verdict: definite 1/8388608, indirect 1/100, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// 8 MiB of zeroes that were hardly ever touched; a pointer stands in their midst.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  void** lost = (void**)calloc(1 << 23, 1);
  MUST(lost);
  lost[1 << 19] = block(100);
  seen(lost);
  if (kIsClean) free(lost[1 << 19]), free(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
