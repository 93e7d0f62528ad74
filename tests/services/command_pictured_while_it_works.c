// leaks: not judged
// dumps: usr2
// env: LEAKHOOK_AT_EXIT=0
// SPDX-License-Identifier: Apache-2.0
// A service whose threads allocate, start others, spin, sleep and block signals while its picture is
// taken. It has lost three blocks, and holds one in each of its threads.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include "service.h"

static atomic_int is_over, is_ready;

APART void* leak_block(void) { return malloc(111); }
APART void* clean_block(void) { return malloc(99); }

static void* allocates(void* unused) {
  void** list = clean_block();
  *list = NULL;
  atomic_fetch_add(&is_ready, 1);
  while (!is_over) {
    for (int i = 0; i < 50; ++i) {
      void** more = clean_block();
      *more = list, list = more;
    }
    for (int i = 0; i < 50; ++i) {
      void** rest = *list;
      free(list), list = rest;
    }
  }
  free(list);
  return unused;
}
static void* nothing(void* block) { return free(block), NULL; }
static void* starts_others(void* unused) {
  atomic_fetch_add(&is_ready, 1);
  while (!is_over) {
    pthread_t other;
    MUST(pthread_create(&other, NULL, nothing, clean_block()) == 0);
    MUST(pthread_join(other, NULL) == 0);
    const pid_t child = fork();
    if (child == 0) _exit(3);
    int status = 0;
    pid_t got;
    do got = waitpid(child, &status, 0);
    while (got < 0 && errno == EINTR);
    MUST(got == child && WEXITSTATUS(status) == 3);
  }
  return unused;
}
static void* blocks_signals(void* unused) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  void* volatile held = clean_block();
  atomic_fetch_add(&is_ready, 1);
  while (!is_over) usleep(1000);
  free(held);
  return unused;
}
static void* waits(void* unused) {
  const int epoll = epoll_create1(0);
  void* volatile held = clean_block();
  struct epoll_event event;
  atomic_fetch_add(&is_ready, 1);
  while (!is_over) {
    const int got = epoll_wait(epoll, &event, 1, 20);
    MUST(got == 0 || (got < 0 && errno == EINTR));
  }
  free(held);
  close(epoll);
  return unused;
}

int main(void) {
  void* (*const bodies[])(void*) = {allocates, allocates, starts_others, blocks_signals, waits};
  pthread_t threads[5];
  for (int i = 0; i < 3; ++i) kept(leak_block());
  for (int i = 0; i < 5; ++i) MUST(pthread_create(&threads[i], NULL, bodies[i], NULL) == 0);
  while (is_ready < 5) sched_yield();
  char line[32];
  const int size = snprintf(line, sizeof line, "ready %d\n", (int)getpid());
  MUST(write(1, line, (size_t)size) == size);
  ssize_t got;
  do got = read(0, line, 1);
  while (got < 0 && errno == EINTR);
  is_over = 1;
  for (int i = 0; i < 5; ++i) MUST(pthread_join(threads[i], NULL) == 0);
  MUST(write(1, "all well\n", 9) == 9);
  return 0;
}
