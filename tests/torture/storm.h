// SPDX-License-Identifier: Apache-2.0
// What do the programs of a storm share? How long they go on, and random choices of a thread's own.
#pragma once
#include <pthread.h>
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
static inline void storm_begins(void) {
  dump_me();
}
