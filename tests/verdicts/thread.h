// SPDX-License-Identifier: Apache-2.0

// How does a program have a thread that is asleep when the process ends? The thread says that it is
// about to sleep, and main waits until the kernel shows it in that system call.
#pragma once
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "program.h"

static atomic_int sleeper;

// Called by the thread itself, just before it sleeps.
__attribute__((unused)) static inline void about_to_sleep(void) {
  atomic_store(&sleeper, (int)syscall(SYS_gettid));
}

__attribute__((unused)) APART static int is_in_call(int thread, long number) {
  char path[64], line[32] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", thread);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  MUST(file >= 0);
  ssize_t got = read(file, line, sizeof line - 1);
  close(file);
  char* end = line;
  return got > 0 && strtol(line, &end, 10) == number && end != line;
}

__attribute__((unused)) APART static pthread_t start(void* (*body)(void*), void* argument) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, body, argument) == 0);
  return thread;
}

__attribute__((unused)) APART static void start_sleeper(void* (*body)(void*), long call) {
  atomic_store(&sleeper, 0);
  start(body, NULL);
  while (!atomic_load(&sleeper)) sched_yield();
  while (!is_in_call(atomic_load(&sleeper), call)) sched_yield();
}
