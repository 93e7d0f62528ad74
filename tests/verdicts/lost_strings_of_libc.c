// verdict: definite 3/24, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// strdup, strndup, asprintf: six, four and fourteen bytes with their zeroes.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* lost[3] = {strdup("hello"), strndup("hello", 3), NULL};
  MUST(asprintf(&lost[2], "%d is a number", 4) == 13);
  seen(lost);
  for (int i = 0; kIsClean && i < 3; ++i) free(lost[i]);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
