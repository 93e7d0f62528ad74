// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// leakhook says: definite 0, indirect 0, possible 0, reachable 1/100; fd 0: it leaves the upper 17 bits of words out of account, where programs keep counters and marks
// The program keeps a mark in the highest 16 bits: no address any more.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


uintptr_t tagged;

APART static void lose(void) { tagged = (uintptr_t)block(100) | 7ul << 48; }

int main(void) {
  lose();
  wipe();
  if (kIsClean) free((void*)(tagged & ~(7ul << 48))), tagged = 0;
  return 0;
}
