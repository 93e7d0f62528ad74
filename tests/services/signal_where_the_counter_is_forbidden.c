// leaks: 1 heap in leak_block (10 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// prctl(PR_SET_TSC, PR_TSC_SIGSEGV): reading the processor's counter ends the process, and so do
// the clocks that read it. A dump, its profiles and the end do without.
#include <sys/prctl.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }

int main(void) {
  prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
  leak_block();
  dump_me();
  puts("alive");
  return 0;
}
