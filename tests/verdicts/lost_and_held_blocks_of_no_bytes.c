// verdict: definite 2/0, indirect 0, possible 0, reachable 1/0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A block of zero bytes has an address, and is held or lost as any other.
// differs from LeakSanitizer: it counts a block of no bytes as one byte
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


void* held;

APART static void hold_and_lose(size_t size) {
  held = malloc(size);
  void* lost[2] = {calloc(size, 1), malloc(size)};
  seen(lost);
  if (kIsClean) free(lost[0]), free(lost[1]), free(held), held = NULL;
}

int main(void) {
  hold_and_lose(0);
  wipe();
  return 0;
}
