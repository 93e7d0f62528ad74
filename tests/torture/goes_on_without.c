// leaks: 50 heap in leak_before (1050 bytes), 2 eventfd in leak_before, 30000 heap in leak_many (480000 bytes), 1 eventfd in leak_each, 1 file in leak_each, 1 timer in leak_each, 1 mapping in leak_each (8192 bytes), 1 library in leak_each, 1 thread in leak_each, 4 heap in leak_in_thread (36 bytes), 5 heap in leak_after (15 bytes)
// exit: 3
// libc keeps: heap in clean_child
// SPDX-License-Identifier: Apache-2.0
// A service of whose library any system call may fail: does a little of everything, and says what it
// did, so that a run under faults can be compared with one without.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "storm.h"

APART void leak_before(void) {
  for (int i = 0; i < 50; i++) kept(malloc(21));
  MUST(eventfd(0, 0) >= 0 && eventfd(0, 0) >= 0);
}
APART void leak_many(int depth) {
  if (depth > 0) return leak_many(depth - 1), (void)kept(NULL);
  for (int i = 0; i < 3000; i++) MUST(kept(malloc(16)) != NULL);
}
static void* waits(void* unused) {
  for (;;) pause();
  return unused;
}
APART void leak_each(void) {
  pthread_t thread;
  timer_t timer;
  struct sigevent event = {.sigev_notify = SIGEV_NONE};
  MUST(eventfd(0, 0) >= 0 && open("/dev/null", O_RDONLY) >= 0);
  MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
  MUST(mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  MUST(dlopen("libm.so.6", RTLD_NOW) != NULL);
  MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
}
APART void leak_in_thread(void) { kept(malloc(9)); }
APART void leak_after(void) { kept(malloc(3)); }
static void* works(void* unused) {
  for (int i = 0; i < 1000; i++) free(realloc(kept(malloc(30)), 300));
  leak_in_thread();
  return unused;
}
APART int clean_child(void) {
  const pid_t pid = fork();
  if (pid == 0) {
    for (int i = 0; i < 1000; i++) free(kept(malloc(100)));
    kept(malloc(40));
    _exit(eventfd(0, 0) >= 0 ? 5 : 6);
  }
  int status;
  MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
  return WEXITSTATUS(status);
}
APART void clean_all(void) {
  for (int i = 0; i < 200; i++) {
    void* p = mmap(NULL, 12288, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(p != MAP_FAILED && munmap((char*)p + 4096, 4096) == 0 && munmap(p, 12288) == 0);
    MUST(close(eventfd(0, 0)) == 0);
  }
}

int main(void) {
  pthread_t threads[4];
  leak_before();
  dump_me();
  for (int i = 0; i < 10; i++) leak_many(i);
  for (int i = 0; i < 4; i++) MUST(pthread_create(&threads[i], NULL, works, NULL) == 0);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  leak_each();
  clean_all();
  printf("a child ended with %d\n", clean_child());
  fflush(stdout);
  if (is_dump_signal_caught()) raise(SIGUSR2);
  dump_me();
  for (int i = 0; i < 5; i++) leak_after();
  puts("counts: goes on to its end");
  return 3;
}
