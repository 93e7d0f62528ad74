// SPDX-License-Identifier: Apache-2.0

// How does a program open the library of plugins/? PLUGINS is the folder in which it lies.
#pragma once
#include <dlfcn.h>

#include "program.h"

__attribute__((unused)) APART static void* open_plugin(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/libkeeps_a_block.so", getenv("PLUGINS"));
  void* plugin = dlopen(path, RTLD_NOW);
  MUST(plugin);
  return plugin;
}

APART static void call_plugin(void* plugin, const char* function, void* pointer) {
  void (*keep)(void*) = (void (*)(void*))dlsym(plugin, function);
  MUST(keep);
  keep(pointer);
}
