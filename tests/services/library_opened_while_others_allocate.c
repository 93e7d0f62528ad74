// leaks: 1 heap in leak_at_end (3 bytes)
// libc keeps: heap in clean_opening
// dumps: both
// seconds: 60
// long: 300
// SPDX-License-Identifier: Apache-2.0
// The loader's lock is held by one thread while others allocate, and dumps are made.
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>

#include "service.h"

static char path[4096];
static atomic_int stop;

APART void clean_opening(void) {
  while (!stop) {
    void* library = dlopen(path, RTLD_NOW);
    MUST(library && dlclose(library) == 0);
  }
}
APART void clean_allocating(void) {
  while (!stop) free(kept(malloc(100)));
}
APART void leak_at_end(void) { kept(malloc(3)); }
static void* opens(void* unused) {
  clean_opening();
  return unused;
}
static void* allocates(void* unused) {
  clean_allocating();
  return unused;
}

int main(int argc, char** argv) {
  const int dumps = argc > 1 ? atoi(argv[1]) : 10;
  pthread_t threads[8];
  snprintf(path, sizeof path, "%s/liballocates_in_thread.so", getenv("PLUGINS"));
  for (int i = 0; i < 8; i++)
    MUST(pthread_create(&threads[i], NULL, i % 2 ? opens : allocates, NULL) == 0);
  for (int i = 0; i < dumps; i++) dump_me();
  stop = 1;
  for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
  leak_at_end();
  dump_me();
  return 0;
}
