// verdict: definite 1/32, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The environment forgets a string that putenv was given; nobody else knows it.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* text = block(32);
  strcpy(text, "OF_PUTENV=its own string");
  MUST(putenv(text) == 0);
  MUST(unsetenv("OF_PUTENV") == 0);
  if (kIsClean) free(text);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
