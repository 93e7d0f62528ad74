// leaks: nothing
// libc keeps: heap in clean_errors, heap in clean_backtrace
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Looking up symbols, asking for errors and walking the stack allocate inside of libc: those calls say
// what they say without us, also when the allocator's own functions are looked up.
#include <dlfcn.h>
#include <execinfo.h>

#include "service.h"

APART void clean_errors(void) {
  for (int i = 0; i < 50; i++) {
    MUST(dlsym(RTLD_DEFAULT, "no_such_symbol") == NULL);
    const char* error = dlerror();
    if (i == 0) puts(error ? error : "no error");
    MUST(dlerror() == NULL);
    MUST(dlsym(RTLD_DEFAULT, "puts") != NULL && dlerror() == NULL);
    MUST(dlopen("no_such_library.so", RTLD_NOW) == NULL && dlerror() != NULL);
  }
}
APART void clean_backtrace(void) {
  void* frames[64];
  MUST(backtrace(frames, 64) > 1);
}
APART void clean_block_of_a_function_looked_up(void) {
  void* (*allocate)(size_t) = (void* (*)(size_t))dlsym(RTLD_DEFAULT, "malloc");
  void (*give_back)(void*) = (void (*)(void*))dlsym(RTLD_DEFAULT, "free");
  give_back(kept(allocate(100)));
}

int main(void) {
  puts("stdio has its buffer now");
  clean_errors(), clean_backtrace(), clean_block_of_a_function_looked_up();
  dump_me();
  return 0;
}
