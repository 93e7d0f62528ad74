// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// With RTLD_DEEPBIND a library calls libc's malloc past every preload: its blocks are unknown when
// freed here.
#include <dlfcn.h>

#include "service.h"

int main(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/libplugin_a.so", getenv("PLUGINS"));
  void* (*allocate)(void) =
      (void* (*)(void))dlsym(dlopen(path, RTLD_NOW | RTLD_DEEPBIND), "allocate");
  MUST(allocate);
  for (int i = 0; i < 10; i++) free(allocate());
  free(kept(malloc(10)));
  return 0;
}
