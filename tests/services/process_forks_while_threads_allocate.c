// leaks: 1 heap in leak_in_parent (9 bytes)
// seconds: 60
// long: 10000
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "service.h"

static atomic_int stop;
static void* allocates(void* unused) {
  while (!stop) {
    void* p = malloc(50);
    p = realloc(p, 5000);
    free(p);
    close(dup(1));
  }
  return unused;
}
static void in_handler(void) { free(kept(malloc(40))); }

APART void leak_in_parent(void) { kept(malloc(9)); }

int main(int argc, char** argv) {
  const int count = argc > 1 ? atoi(argv[1]) : 200;
  pthread_t threads[4];
  MUST(pthread_atfork(in_handler, in_handler, in_handler) == 0);
  for (int i = 0; i < 4; i++) MUST(pthread_create(&threads[i], NULL, allocates, NULL) == 0);
  for (int i = 0; i < count; i++) {
    const pid_t pid = fork();
    if (pid == 0) {
      for (int k = 0; k < 100; k++) free(kept(malloc(100)));
      _exit(0);
    }
    int status;
    MUST(waitpid(pid, &status, 0) == pid && status == 0);
  }
  leak_in_parent();
  stop = 1;
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  return 0;
}
