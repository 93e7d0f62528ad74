// leaks: not judged
// dumps: none
// env: LEAKHOOK_AT_EXIT=0
// long:
// SPDX-License-Identifier: Apache-2.0
// No keeper can be started: command_scenarios.py looks for the raw dump that the thread writes itself.
#include <sys/resource.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(77)); }

int main(void) {
  const struct rlimit none = {1, 1};
  if (getuid() == 0) MUST(setgid(65534) == 0 && setuid(65534) == 0);  // root has no such limit
  MUST(setrlimit(RLIMIT_NPROC, &none) == 0);
  leak_one();
  if (getenv("WAITS")) dump_me();
  return 0;
}
