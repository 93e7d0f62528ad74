// leaks: 1 heap in leak_in_parent (12 bytes)
// libc keeps: heap in clean_storm
// dumps: both
// seconds: 60
// SPDX-License-Identifier: Apache-2.0
// Eight threads start programs by vfork and by posix_spawn while others allocate.
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "service.h"

static atomic_int ended;

static void await(pid_t pid) {
  int status;
  MUST(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
}
static void* starts(void* unused) {
  char* const argv[] = {"true", NULL};
  for (int i = 0; i < 25; i++) {
    pid_t pid = vfork();
    if (pid == 0) {
      execvp("true", argv);
      _exit(127);
    }
    await(pid);
    MUST(posix_spawnp(&pid, "true", NULL, NULL, argv, NULL) == 0);
    await(pid);
  }
  ended++;
  return unused;
}
static void* allocates(void* unused) {
  while (ended < 8) {
    free(kept(malloc(100)));
    close(dup(1));
  }
  return unused;
}
APART void clean_storm(void) {
  pthread_t threads[10];
  for (int i = 0; i < 10; i++)
    MUST(pthread_create(&threads[i], NULL, i < 8 ? starts : allocates, NULL) == 0);
  for (int i = 0; i < 10; i++) MUST(pthread_join(threads[i], NULL) == 0);
}
APART void leak_in_parent(void) { kept(malloc(12)); }

int main(void) {
  leak_in_parent();
  clean_storm();
  dump_me();
  return 0;
}
