// leaks: 20 heap in leak_in_handler (400 bytes)
// stack: main > raised > handles > leak_in_handler
// SPDX-License-Identifier: Apache-2.0
// SIGSTKSZ as it was for decades: 8 KiB. printf needs most of that.
#include <signal.h>

#include "service.h"

APART void leak_in_handler(void) { kept(malloc(20)); }
APART void handles(int unused) {
  char text[200];
  (void)unused;
  leak_in_handler();
  free(kept(malloc(100)));
  MUST(snprintf(text, sizeof text, "%.3f %s", 3.25, "in a handler") > 0);
}
APART void raised(void) { MUST(raise(SIGUSR1) == 0); }

int main(void) {
  stack_t alternate = {.ss_sp = malloc(8192), .ss_size = 8192};
  struct sigaction action = {.sa_handler = handles, .sa_flags = SA_ONSTACK};
  MUST(sigaltstack(&alternate, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
  for (int i = 0; i < 20; i++) raised();
  return 0;
}
