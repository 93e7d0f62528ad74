// verdict: definite 1/100000, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A block grows in steps until it must move; only the last size counts, and the old places are nobody's.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


APART static void lose(void) {
  char* lost = malloc(10);
  for (size_t size = 100; size <= 100000; size *= 10) {
    void* in_between = malloc(24);
    lost = realloc(lost, size);
    free(seen(in_between));
  }
  if (kIsClean) free(lost);
  seen(lost);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
