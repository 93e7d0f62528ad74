// leaks: 4 heap in leak_one (308 bytes)
// libc keeps: heap in clean_thread
// dumps: both
// A program that leaves itself as much address space as it needs for a thread, by each of the four calls: what the
// library has reserved must not take that room.
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/resource.h>

#include "service.h"

enum { ROOM = 200 << 20, BLOCKS = 50000 };

APART void leak_one(void) { kept(malloc(77)); }

static void* allocates(void* argument) {
  for (int i = 0; i < BLOCKS; i++) free(kept(malloc(32)));
  return argument;
}

static void clean_thread(void) {
  pthread_t thread;
  errno = pthread_create(&thread, NULL, allocates, NULL);
  MUST(errno == 0);
  MUST(pthread_join(thread, NULL) == 0);
}

static void needs_its_room(void) {
  clean_thread();
  leak_one();
  void* const half = malloc(ROOM / 2);
  MUST(half != NULL);
  free(half);
}

int main(void) {
  const struct rlimit limit = {ROOM, RLIM_INFINITY};
  const struct rlimit64 limit64 = {ROOM, RLIM_INFINITY};
  struct rlimit before = {0, 0};
  struct rlimit64 before64 = {0, 0};
  MUST(setrlimit(RLIMIT_AS, &limit) == 0);
  needs_its_room();
  MUST(setrlimit64(RLIMIT_AS, &limit64) == 0);
  needs_its_room();
  MUST(prlimit(0, RLIMIT_AS, &limit, &before) == 0 && before.rlim_cur == ROOM);
  needs_its_room();
  MUST(prlimit64(getpid(), RLIMIT_AS, &limit64, &before64) == 0 && before64.rlim_cur == ROOM);
  needs_its_room();
  for (int i = 0; i < BLOCKS; i++) kept(malloc(32));
  dump_me();
  return 0;
}
