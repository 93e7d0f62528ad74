// verdict: definite 0, indirect 0, possible 1/100, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The program marks a pointer in its lowest bits: it leads to byte 3.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


uintptr_t tagged;

APART static void hold(void) { tagged = (uintptr_t)block(100) | 3; }

int main(void) {
  hold();
  wipe();
  if (kIsClean) free((void*)(tagged & ~7ul)), tagged = 0;
  return 0;
}
