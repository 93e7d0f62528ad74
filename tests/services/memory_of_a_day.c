// leaks: nothing
// libc keeps: heap in clean_threads, heap in clean_libraries
// dumps: both
// seconds: 120
// SPDX-License-Identifier: Apache-2.0
// A service that comes and goes with its work, and holds no more in the evening than in the
// morning. By hand: with 50000000 as argument for so many events.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/socket.h>

#include "resident.h"

enum { kHeld = 20000, kDepth = 24 };

static void* held[kHeld];
static unsigned long state = 88172645463325252UL;
static char library_path[4096];

static unsigned random_below(unsigned limit) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (unsigned)(state >> 32) % limit;
}

APART void clean_block(int depth) {
  if (depth > 0) {
    clean_block(depth - 1);
    __asm__ volatile("");
    return;
  }
  void** place = &held[random_below(kHeld)];
  const size_t size = 1 + random_below(1000);
  if (*place == NULL) {
    MUST(*place = kept(malloc(size)));
  } else if (random_below(4) == 0) {
    MUST(*place = kept(realloc(*place, size)));
  } else {
    free(*place);
    *place = NULL;
  }
}

APART void clean_descriptors(void) {
  int ends[2];
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const int copy = dup(ends[0]);
  MUST(copy >= 0 && close(ends[0]) == 0 && close(ends[1]) == 0 && close(copy) == 0);
}

static void* allocates(void* unused) {
  free(kept(malloc(100)));
  return unused;
}

APART void clean_threads(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, allocates, NULL) == 0);
  MUST(pthread_join(thread, NULL) == 0);
}

APART void clean_libraries(void) {
  void* library = dlopen(library_path, RTLD_NOW);
  MUST(library != NULL);
  free(kept(((void* (*)(void))dlsym(library, "allocate"))()));
  MUST(dlclose(library) == 0);
}

static void events(long count) {
  for (long i = 0; i < count; i++) {
    clean_block((int)random_below(kDepth));
    if (i % 256 == 0) clean_descriptors();
    if (i % 4096 == 0) clean_threads();
    if (i % 16384 == 0) clean_libraries();
  }
}

int main(int argc, char** argv) {
  const long count = argc > 1 ? atol(argv[1]) : 2000000;
  snprintf(library_path, sizeof library_path, "%s/libplugin_a.so", getenv("PLUGINS"));
  events(1000000);
  const long before = resident_beside_heap();
  events(count);
  must_be_flat(before, 64);
  for (int i = 0; i < kHeld; i++) free(held[i]), held[i] = NULL;
  dump_me();
  return 0;
}
