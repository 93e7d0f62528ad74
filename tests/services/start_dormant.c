// leaks: nothing at all
// env: LEAKHOOK_START=off
// dumps: usr2
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>

#include "service.h"

APART void leak_unseen(void) {
  kept(malloc(100));
  MUST(eventfd(0, 0) >= 0);
}

int main(void) {
  leak_unseen();
  dump_me();
  return 0;
}
