// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer is thread-local in a library that dlopen brought; the thread is the first.
#include "plugin.h"

APART static void hold(void) { call_plugin(open_plugin(), "keep_for_thread", block(100)); }

int main(void) {
  hold();
  wipe();
  return 0;
}
