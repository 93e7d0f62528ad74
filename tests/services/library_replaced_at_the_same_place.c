// leaks: 1 heap in leak_of_a (100 bytes), 5 heap in leak_of_b (500 bytes)
// stack: main > run > allocate > leak_of_a
// stack: main > run > allocate > leak_of_b
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Stale unwind rules or names after dlclose would name the wrong library.
#include <dlfcn.h>

#include "service.h"

APART void run(const char* name, int times) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("PLUGINS"), name);
  void* library = dlopen(path, RTLD_NOW);
  MUST(library);
  void* (*allocate)(void) = (void* (*)(void))dlsym(library, "allocate");
  MUST(allocate);
  for (int i = 0; i < times; i++) kept(allocate());
  MUST(dlclose(library) == 0);
}

int main(void) {
  run("libplugin_a.so", 1);
  run("libplugin_b.so", 5);
  dump_me();
  return 0;
}
