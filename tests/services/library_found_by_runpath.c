// leaks: 1 heap in leak_of_a (100 bytes)
// SPDX-License-Identifier: Apache-2.0
// dlopen by bare name looks at the caller's RUNPATH ($ORIGIN): a hook in between must not hide it.
#include <dlfcn.h>

#include "service.h"

int main(void) {
  void* library = dlopen("libplugin_a.so", RTLD_NOW);
  MUST(library || dprintf(2, "%s\n", dlerror()) < 0);
  kept(((void* (*)(void))dlsym(library, "allocate"))());
  return 0;
}
