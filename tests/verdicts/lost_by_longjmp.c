// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// longjmp leaves the function that knows the block.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <setjmp.h>

#include "program.h"


jmp_buf back;

APART static void lose(void) {
  void* volatile lost = block(100);
  if (kIsClean) free(lost);
  longjmp(back, 1);
}

int main(void) {
  if (setjmp(back) == 0) lose();
  wipe();
  return 0;
}
