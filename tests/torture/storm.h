// SPDX-License-Identifier: Apache-2.0
// What do the programs of a storm share? How long they go on, and random choices of a thread's own.
#pragma once
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>

#include "../services/service.h"

// The number that is argument 1, or `usual` without one.
static inline int rounds_of(int argc, char** argv, int usual) {
  return argc > 1 ? atoi(argv[1]) : usual;
}

// xorshift; the state must not be 0.
static inline uint32_t next_random(uint32_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}

// From here on the runner may ask for dumps at any time. Never allocates.
static inline void storm_begins(void) { dump_me(); }

// Would SIGUSR2 be handled by anybody? The library hides its handlers from sigaction.
static inline int is_dump_signal_caught(void) {
  char text[4096] = "";
  const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  MUST(fd >= 0 && read(fd, text, sizeof text - 1) > 0 && close(fd) == 0);
  const char* caught = strstr(text, "SigCgt:");
  MUST(caught != NULL);
  return (int)(strtoull(caught + 7, NULL, 16) >> (SIGUSR2 - 1) & 1);
}
