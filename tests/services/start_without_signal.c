// leaks: 1 heap in leak_one (10 bytes)
// env: LEAKHOOK_SIGNAL=none
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(10)); }

int main(void) {
  struct sigaction now;
  MUST(sigaction(SIGUSR2, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
  leak_one();
  return 0;
}
