// SPDX-License-Identifier: Apache-2.0
// A library whose twin plugin_a has the same layout and other names.
#include <stdlib.h>

__attribute__((noipa)) void* leak_of_b(void) { return malloc(100); }
__attribute__((noipa)) void* allocate(void) {
  void* p = leak_of_b();
  __asm__ volatile("" : "+r"(p));
  return p;
}
