// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// A preload's own destructor runs before those of the libraries: a dump there calls this a leak.
#include <dlfcn.h>

#include "service.h"

int main(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/libholds_until_destructor.so", getenv("PLUGINS"));
  MUST(dlopen(path, RTLD_NOW | RTLD_GLOBAL));
  return 0;
}
