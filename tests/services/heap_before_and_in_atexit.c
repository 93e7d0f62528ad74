// leaks: 1 heap in leak_in_constructor (11 bytes), 1 heap in leak_in_destructor (22 bytes), 1 heap in leak_in_atexit (33 bytes)
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

static void* given_back;

APART void leak_in_constructor(void) { kept(malloc(11)); }
APART void leak_in_destructor(void) { kept(malloc(22)); }
APART void leak_in_atexit(void) { kept(malloc(33)); }
APART void clean_until_the_end(void) { given_back = malloc(44); }

__attribute__((constructor)) static void begin(void) {
  leak_in_constructor();
  clean_until_the_end();
}
__attribute__((destructor)) static void end(void) {
  free(given_back);
  leak_in_destructor();
}
static void at_exit(void) { leak_in_atexit(); }

int main(void) {
  atexit(at_exit);
  return 0;
}
