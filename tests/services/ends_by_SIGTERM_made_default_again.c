// leaks: 1 heap in leak_block (10 bytes)
// exit: signal TERM
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
static void never(int unused) { (void)unused; }

// What the program sees of the handlers is what it would see without us.
int main(void) {
  struct sigaction old;
  MUST(sigaction(SIGTERM, NULL, &old) == 0 && old.sa_handler == SIG_DFL);
  MUST(signal(SIGTERM, never) == SIG_DFL);
  MUST(signal(SIGTERM, SIG_DFL) == never);
  leak_block();
  raise(SIGTERM);
  return 1;
}
