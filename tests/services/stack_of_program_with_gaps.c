// leaks: 1 heap in leak_one (19 bytes), 1 eventfd in leak_one
// stack: main > leak_one
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Linked so that its code begins on a page of 2 MiB, as programs are that want huge pages for it: its
// parts do not lie side by side, and the loader knows them as several.
#include <sys/eventfd.h>

#include "service.h"

APART void leak_one(void) {
  kept(malloc(19));
  MUST(eventfd(0, 0) >= 0);
}

int main(void) {
  leak_one();
  dump_me();
  return 0;
}
