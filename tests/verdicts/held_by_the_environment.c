// verdict: definite 0, indirect 0, possible 0, reachable 1/32; fd 0
// SPDX-License-Identifier: Apache-2.0
// putenv keeps the program's own string; setenv makes copies, which are the C library's.
#include "program.h"


APART static void hold(void) {
  char* text = block(32);
  strcpy(text, "OF_PUTENV=its own string");
  MUST(putenv(text) == 0);
  MUST(setenv("OF_SETENV", "a copy", 1) == 0);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
