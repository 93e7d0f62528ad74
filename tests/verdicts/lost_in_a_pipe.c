// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 2
// SPDX-License-Identifier: Apache-2.0
// The pointer's bytes wait in a pipe: nobody looks there, and most programs that end so will never read them.
#include "program.h"


APART static void lose(void) {
  int ends[2];
  void* sent = block(100);
  MUST(pipe(ends) == 0);
  MUST(write(ends[1], &sent, sizeof sent) == sizeof sent);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
