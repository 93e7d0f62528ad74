// leaks: 1 library in leak_opened, 1 library in leak_opened_twice
// libc keeps: heap in clean_closed
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>

#include "service.h"

static void* opened(const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("PLUGINS"), name);
  void* library = dlopen(path, RTLD_NOW);
  MUST(library);
  return library;
}

APART void leak_opened(void) { opened("liblarge_tls.so"); }
APART void leak_opened_twice(void) {
  void* library = opened("libplugin_a.so");
  opened("libplugin_a.so");
  MUST(dlclose(library) == 0);
}
APART void clean_closed(void) {
  void* library = opened("libplugin_b.so");
  MUST(opened("libplugin_b.so") == library);
  MUST(dlclose(library) == 0 && dlclose(library) == 0);
  MUST(dlopen("/nonexistent.so", RTLD_NOW) == NULL);
}

int main(void) {
  leak_opened(), leak_opened_twice(), clean_closed();
  dump_me();
  return 0;
}
