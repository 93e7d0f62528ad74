// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a global of a library that dlopen brought.
#include "plugin.h"

APART static void hold(void) { call_plugin(open_plugin(), "keep", block(100)); }

int main(void) {
  hold();
  wipe();
  return 0;
}
