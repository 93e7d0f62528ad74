// leaks: 1 heap in leak_one (10 bytes)
// env: LEAKHOOK_SIGNAL=none
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(10)); }

/// The kernel's word: through libc the program sees no handler of the library's.
static int is_caught(int number) {
  char line[200];
  unsigned long long caught = 0;
  FILE* status = fopen("/proc/self/status", "r");
  MUST(status);
  while (fgets(line, sizeof line, status)) sscanf(line, "SigCgt: %llx", &caught);
  fclose(status);
  return caught >> (number - 1) & 1;
}

int main(void) {
  struct sigaction now;
  MUST(sigaction(SIGUSR2, NULL, &now) == 0 && now.sa_handler == SIG_DFL);
  MUST(!is_caught(SIGUSR2));
  leak_one();
  return 0;
}
