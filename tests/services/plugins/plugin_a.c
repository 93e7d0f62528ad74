// SPDX-License-Identifier: Apache-2.0
// A library whose twin plugin_b has the same layout and other names.
#include <stdlib.h>

__attribute__((noipa)) void* leak_of_a(void) { return malloc(100); }
__attribute__((noipa)) void* allocate(void) {
  void* p = leak_of_a();
  __asm__ volatile("" : "+r"(p));
  return p;
}
