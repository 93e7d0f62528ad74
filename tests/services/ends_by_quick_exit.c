// leaks: 1 heap in leak_block (10 bytes), 1 heap in leak_at_quick_exit (20 bytes)
// exit: 7
// dumps: exit
// SPDX-License-Identifier: Apache-2.0

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
APART void leak_at_quick_exit(void) { kept(malloc(20)); }
static void at_quick_exit_of_ours(void) { leak_at_quick_exit(); }

int main(void) {
  leak_block();
  at_quick_exit(at_quick_exit_of_ours);
  quick_exit(7);
}
