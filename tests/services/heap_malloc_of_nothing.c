// leaks: 1 heap in leak_nothing (0 bytes), 1 heap in leak_calloc_of_nothing (0 bytes)
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_nothing(void) { kept(malloc(0)); }
APART void leak_calloc_of_nothing(void) { kept(calloc(0, 8)); }
APART void clean_nothing(void) { free(kept(malloc(0))); }

int main(void) {
  leak_nothing(), leak_calloc_of_nothing(), clean_nothing();
  return 0;
}
