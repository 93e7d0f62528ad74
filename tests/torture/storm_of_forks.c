// leaks: 300 heap in leak_before (6300 bytes), 300 eventfd in leak_before, 8 heap in leak_after (104 bytes)
// args: 500
// long: 10000
// storm: 50
// seconds: 100
// SPDX-License-Identifier: Apache-2.0
// Eight threads fork while four others allocate. Each child changes its own copy of the books.
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "storm.h"

enum { kForking = 8, kAllocating = 4 };
static atomic_int stop, left;

APART void leak_before(void) {
  kept(malloc(21));
  MUST(eventfd(0, 0) >= 0);
}
APART void leak_after(void) { kept(malloc(13)); }

static void lives_as_child(void* given) {
  for (int i = 0; i < 50; i++) {
    char* p = realloc(kept(malloc(100)), 3000);
    MUST(p != NULL);
    p[2999] = 1;
    close(dup(1));
    free(p);
  }
  kept(malloc(500));
  free(given);
  _exit(17);
}
APART void clean_forking(void) {
  while (atomic_fetch_sub(&left, 1) > 0) {
    void* given = kept(malloc(77));
    const pid_t pid = fork();
    if (pid == 0) lives_as_child(given);
    int status = 0;
    pid_t ended;
    do ended = waitpid(pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    MUST(ended == pid && WIFEXITED(status) && WEXITSTATUS(status) == 17);
    free(given);
  }
}
APART void clean_allocating(void) {
  while (!stop) {
    free(realloc(kept(malloc(50)), 5000));
    close(dup(1));
  }
}
static void* forks(void* unused) {
  clean_forking();
  leak_after();
  return unused;
}
static void* allocates(void* unused) {
  clean_allocating();
  return unused;
}

int main(int argc, char** argv) {
  pthread_t forking[kForking], allocating[kAllocating];
  const int count = rounds_of(argc, argv, 500);
  left = count;
  for (int i = 0; i < 300; i++) leak_before();
  storm_begins();
  for (int i = 0; i < kAllocating; i++)
    MUST(pthread_create(&allocating[i], NULL, allocates, NULL) == 0);
  for (int i = 0; i < kForking; i++) MUST(pthread_create(&forking[i], NULL, forks, NULL) == 0);
  for (int i = 0; i < kForking; i++) pthread_join(forking[i], NULL);
  stop = 1;
  for (int i = 0; i < kAllocating; i++) pthread_join(allocating[i], NULL);
  printf("counts: %d forks by %d threads, %d others allocate\n", count, kForking, kAllocating);
  return 0;
}
