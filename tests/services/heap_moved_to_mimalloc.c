// leaks: 3 heap in leak_some (6000 bytes), 1 heap in leak_early_and_grown (7000 bytes), 20 heap in leak_in_thread (2000 bytes)
// child leaks: 1 heap in leak_in_child (50 bytes)
// env: LEAKHOOK_ALLOCATOR=mimalloc
// env: LEAKHOOK_CHILD_EXIT=0
// comment: ^allocator: mimalloc
// dumps: both
// processes: 2
// needs: libmimalloc
// SPDX-License-Identifier: Apache-2.0
// The heap is served by mimalloc, what libc's allocator gave stays with that one, and a program
// cannot tell.
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/wait.h>

#include "service.h"

extern void* __libc_malloc(size_t size);

static size_t libcs_bytes(void) {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

APART void leak_some(void) {
  const size_t before = libcs_bytes();
  for (int i = 0; i < 3; i++) kept(malloc(2000));
  if (getenv("LEAKHOOK_ALLOCATOR")) MUST(libcs_bytes() == before);
}

// Libc's block, as those from before the move.
APART void leak_early_and_grown(void) {
  char* block = __libc_malloc(3000);
  memset(block, 'x', 3000);
  MUST(malloc_usable_size(block) >= 3000 && malloc_usable_size(block) < 3100);
  block = kept(realloc(block, 7000));
  MUST(block[0] == 'x' && block[2999] == 'x');
}

APART void clean_early(void) {
  for (int i = 0; i < 1000; i++) free(kept(__libc_malloc(100 + i)));
  free(realloc(kept(__libc_malloc(10)), 100000));
  MUST(realloc(kept(__libc_malloc(10)), 0) == NULL);
}

APART void clean_usable_and_filled(void) {
  for (size_t size = 1; size < 3000000; size += size / 3 + 1) {
    char* block = kept(malloc(size));
    const size_t usable = malloc_usable_size(block);
    MUST(usable >= size && (uintptr_t)block % 8 == 0);
    memset(block, 'y', usable);
    block = kept(realloc(block, usable * 2));
    MUST(block[0] == 'y' && block[usable - 1] == 'y');
    free(block);
  }
}

static void* handed_over[20];
APART void leak_in_thread(int i) { handed_over[i] = kept(malloc(100)); }
static void* thread(void* number) {
  leak_in_thread((int)(intptr_t)number);
  for (int i = 0; i < 1000; i++) free(kept(calloc(10, i)));
  return NULL;
}
static void run_threads(void) {
  for (int i = 0; i < 20; i += 2) {
    pthread_t threads[2];
    for (int k = 0; k < 2; k++)
      MUST(pthread_create(&threads[k], NULL, thread, (void*)(intptr_t)(i + k)) == 0);
    for (int k = 0; k < 2; k++) MUST(pthread_join(threads[k], NULL) == 0);
  }
}

APART void leak_in_child(void) { kept(malloc(50)); }
static void run_child(void* parents_block) {
  const pid_t pid = fork();
  if (pid == 0) {
    free(parents_block);
    leak_in_child();
    for (int i = 0; i < 20; i++) free(handed_over[i]);
    exit(3);
  }
  int status;
  MUST(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3);
}

int main(int argc, char** argv) {
  printf("%s %s %d %s\n", program_invocation_short_name, getenv("LC_ALL"), argc,
         strrchr(argv[0], '/'));
  leak_some(), leak_early_and_grown(), clean_early(), clean_usable_and_filled();
  run_threads();
  void* block = strdup("the parent's");
  fflush(stdout);
  run_child(block);
  free(block);
  dump_me();
  return 0;
}
