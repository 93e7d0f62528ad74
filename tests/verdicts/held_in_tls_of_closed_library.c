// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer is thread-local in a library that was closed. The C library gives such storage back when the
// thread next asks for some: until then it holds it.
#include "plugin.h"

APART static void hold(void) {
  void* plugin = open_plugin();
  void* held = block(100);
  call_plugin(plugin, "keep_for_thread", held);

  MUST(dlclose(plugin) == 0);
}

int main(void) {
  hold();
  wipe();
  return 0;
}
