// leaks: 1 heap in leak_of_a (100 bytes), 1 heap in leak_at_end (1 bytes)
// stack: main > allocate > leak_of_a
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "service.h"

APART void leak_at_end(void) { kept(malloc(1)); }

int main(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/libplugin_a.so", getenv("PLUGINS"));
  void* library = dlopen(path, RTLD_NOW);
  kept(((void* (*)(void))dlsym(library, "allocate"))());
  MUST(dlclose(library) == 0);
  leak_at_end();
  dump_me();
  return 0;
}
