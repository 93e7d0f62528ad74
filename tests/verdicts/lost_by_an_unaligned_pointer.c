// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer stands at an odd address in a packed structure: no tool reads words there.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


struct {
  char before;
  char* pointer;
} __attribute__((packed, aligned(8))) packed;

APART static void lose(void) { packed.pointer = block(100); }

int main(void) {
  lose();
  wipe();
  if (kIsClean) free(packed.pointer), packed.pointer = NULL;
  return 0;
}
