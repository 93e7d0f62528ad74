// leaks: nothing
// stderr: ^leakhook.*signal
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

static volatile sig_atomic_t seen;
static void own(int unused) {
  (void)unused;
  seen++;
}

int main(void) {
  MUST(signal(SIGUSR2, own) == SIG_DFL);
  for (int i = 0; i < 5; i++) raise(SIGUSR2);
  printf("%d\n", (int)seen);
  return 0;
}
