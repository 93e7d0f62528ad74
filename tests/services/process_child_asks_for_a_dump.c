// leaks: 1 heap in leak_in_parent (10 bytes)
// child leaks: 1 heap in leak_in_child (20 bytes), 1 thread in leak_thread_of_child
// processes: 2
// libc keeps: heap in clean_thread_of_parent
// SPDX-License-Identifier: Apache-2.0
// A forked child leaves no exit profile so soon, but can be asked; its parent's threads are not there.
#include <pthread.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_in_parent(void) { kept(malloc(10)); }
APART void leak_in_child(void) { kept(malloc(20)); }
static void* waits(void* unused) {
  for (;;) pause();
  return unused;
}
APART pthread_t clean_thread_of_parent(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
  return thread;
}
APART void leak_thread_of_child(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, waits, NULL) == 0);
}

int main(void) {
  const pthread_t thread = clean_thread_of_parent();
  leak_in_parent();
  const pid_t pid = fork();
  if (pid == 0) {
    leak_in_child();
    leak_thread_of_child();
    dump_me();
    _exit(0);
  }
  MUST(waitpid(pid, NULL, 0) == pid);
  MUST(pthread_cancel(thread) == 0 && pthread_join(thread, NULL) == 0);
  return 0;
}
