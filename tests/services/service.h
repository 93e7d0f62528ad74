// SPDX-License-Identifier: Apache-2.0
// What do all test programs share? A function that stays a frame of its own, and the wish for a
// dump.
#pragma once
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// In front of leak_* and clean_*: not inlined, not cloned, nothing known about it elsewhere.
#ifdef __cplusplus
#define APART extern "C" __attribute__((noipa))
#else
#define APART __attribute__((noipa))
#endif

// Ends the program with status 99 when a call that the test builds on fails.
#define MUST(claim) \
  ((claim)          \
       ? (void)0    \
       : (dprintf(2, "%s:%d: %s: %s\n", __FILE__, __LINE__, #claim, strerror(errno)), _exit(99)))

// Nobody can tell any more what was done with it.
static inline void* kept(void* p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

// Asks the runner for a dump and goes on when it is on disk. Never allocates.
static inline void dump_me(void) {
  char line[32];
  const int size = snprintf(line, sizeof line, "dump me %d\n", (int)getpid());
  MUST(write(1, line, (size_t)size) == size);
  char answer;
  ssize_t got;
  do got = read(0, &answer, 1);
  while (got < 0 && errno == EINTR);
  MUST(got == 1);
}
