// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer was a global of a library, and dlclose took the library away.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "plugin.h"

APART static void lose(void) {
  void* plugin = open_plugin();
  void* lost = block(100);
  call_plugin(plugin, "keep", lost);
  if (kIsClean) free(lost);
  MUST(dlclose(plugin) == 0);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
