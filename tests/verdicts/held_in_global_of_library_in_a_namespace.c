// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a global of a library that dlmopen brought into a namespace of its own.
// differs from LeakSanitizer: it does not look into libraries of other namespaces
#include "plugin.h"

APART static void hold(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/libkeeps_a_block.so", getenv("PLUGINS"));
  void* plugin = dlmopen(LM_ID_NEWLM, path, RTLD_NOW);
  MUST(plugin);
  call_plugin(plugin, "keep", block(100));
}

int main(void) {
  hold();
  wipe();
  return 0;
}
