// leaks: 3 heap in leak_large (100663296 bytes)
// env: LEAKHOOK_SAMPLE=512KiB
// env: LEAKHOOK_CHILD_EXIT=0
// processes: 2
// child leaks: nothing
// comment: ^mode: sampled
// comment: ^inuse_space: [0-9]+ bytes, standard error [0-9]+$
// SPDX-License-Identifier: Apache-2.0
// Blocks much larger than the distance between samples are all there; whatever was given back, by
// whomever, is not.
#include <malloc.h>
#include <pthread.h>
#include <sys/wait.h>

#include "service.h"

enum { BLOCKS = 20000 };
static void* held[BLOCKS];
static void* passed_on[BLOCKS];

APART void leak_large(void) {
  for (int i = 0; i < 3; i++) kept(malloc(32 << 20));
}

static void* grown(void* block, size_t steps) {
  for (size_t i = 1; i <= steps; i++) {
    void* moved = realloc(block, i * 700);
    MUST(moved != NULL);
    block = moved;
    MUST(realloc(block, (size_t)-1 / 4) == NULL);  // refused: the block stays, and stays known
  }
  return block;
}

// Blocks of 700 B to 20 KiB: about 220 MB, 420 samples.
APART void holds(void) {
  for (int i = 0; i < BLOCKS; i++) held[i] = grown(malloc(1), 1 + (size_t)i % 30);
}

APART void clean_passed_on(void) {
  for (int i = 0; i < BLOCKS; i++)
    passed_on[i] = i % 3 == 0 ? calloc(3, 1000) : i % 3 == 1 ? memalign(256, 5000) : malloc(9000);
}
static void* frees_what_was_passed_on(void* unused) {
  for (int i = 0; i < BLOCKS; i++) free(passed_on[i]);
  return unused;
}
APART void clean_large(void) {
  for (int i = 0; i < 100; i++) free(malloc(8 << 20));
}

int main(void) {
  leak_large();
  holds();
  clean_passed_on();
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, frees_what_was_passed_on, NULL) == 0);
  MUST(pthread_join(thread, NULL) == 0);
  clean_large();
  const pid_t child = fork();
  MUST(child >= 0);
  if (child == 0) {
    for (int i = 0; i < BLOCKS; i++) free(held[i]);
    clean_large();
    return 0;
  }
  int status = 1;
  MUST(waitpid(child, &status, 0) == child);
  return status;
}
