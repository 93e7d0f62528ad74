// leaks: 61 eventfd in leak_until_refused
// dumps: both
// long:
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "service.h"

APART void leak_until_refused(void) {
  while (eventfd(0, 0) >= 0) continue;
  MUST(errno == EMFILE);
}

int main(void) {
  const struct rlimit few = {64, 64};
  MUST(setrlimit(RLIMIT_NOFILE, &few) == 0);
  leak_until_refused();
  dump_me();
  MUST(eventfd(0, 0) == -1 && errno == EMFILE);
  return 0;
}
