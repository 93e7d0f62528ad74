// SPDX-License-Identifier: Apache-2.0
// A preload that allocates and looks up symbols as early as a constructor can, and frees late.
#include <dlfcn.h>
#include <stdlib.h>

static void* blocks[10000];

__attribute__((constructor(101))) static void begin(void) {
  for (int i = 0; i < 10000; i++) blocks[i] = i % 3 ? malloc(24) : calloc(2, 12);
  for (int i = 0; i < 1000; i++) dlsym(RTLD_DEFAULT, "no_such_symbol");
  for (int i = 0; i < 5000; i++) free(blocks[i]);
}
__attribute__((destructor)) static void end(void) {
  for (int i = 5000; i < 10000; i++) free(realloc(blocks[i], 100));
}
