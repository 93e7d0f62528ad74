// leaks: 1 heap in leak_block (10 bytes)
// exit: 10
// dumps: exit
// env: LEAKHOOK_REACH=exit
// comment: ^reachability: done
// The picture wakes all threads by a signal: who slept when the process ended gets nothing done any more.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>

#include "service.h"

static atomic_int sleeper;

APART void leak_block(void) { kept(malloc(10)); }
static void* sleeps(void* unused) {
  const struct timespec long_time = {.tv_sec = 1000};
  atomic_store(&sleeper, (int)syscall(SYS_gettid));
  nanosleep(&long_time, NULL);
  MUST(write(1, "woken\n", 6) == 6);
  _exit(1);
  return unused;
}
static int is_asleep(int tid) {
  char text[100];
  snprintf(text, sizeof text, "/proc/self/task/%d/stat", tid);
  const int stat = open(text, O_RDONLY);
  const ssize_t length = read(stat, text, sizeof text - 1);
  close(stat);
  MUST(length > 0);
  text[length] = 0;
  return strstr(text, ") S ") != NULL;
}

int main(void) {
  pthread_t thread;
  leak_block();
  MUST(pthread_create(&thread, NULL, sleeps, NULL) == 0);
  while (atomic_load(&sleeper) == 0 || !is_asleep(atomic_load(&sleeper))) sched_yield();
  return 10;
}
