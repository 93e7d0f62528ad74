// SPDX-License-Identifier: Apache-2.0
// Which allocator serves this program? Its size classes, and what its own statistics say of them.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void* work(void* argument) {
  void* blocks[300];
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < 300; i++) memset(blocks[i] = malloc((size_t)(i * 7 + round)), i, (size_t)i);
    for (int i = 0; i < 300; i += 2) blocks[i] = realloc(blocks[i], (size_t)(i * 31 + 1));
    for (int i = 0; i < 300; i++) free(blocks[i]);
  }
  return argument;
}

/// What jemalloc, tcmalloc and mimalloc say that they hold, before and after 8 MiB more.
static void tell_growth(void) {
  int (*mallctl)(const char*, void*, size_t*, void*, size_t) = dlsym(RTLD_DEFAULT, "mallctl");
  int (*property)(const char*, size_t*) = dlsym(RTLD_DEFAULT, "MallocExtension_GetNumericProperty");
  _Bool (*is_in_heap)(const void*) = dlsym(RTLD_DEFAULT, "mi_is_in_heap_region");
  size_t held[2] = {0, 0};
  char* block = NULL;
  for (int i = 0; i < 2; i++) {
    uint64_t epoch = 1;
    size_t size = sizeof held[i];
    if (mallctl) {
      mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
      mallctl("stats.allocated", &held[i], &size, NULL, 0);
    } else if (property) {
      property("generic.current_allocated_bytes", &held[i]);
    }
    if (i == 0) memset(block = malloc(8 << 20), 1, 8 << 20);
  }
  const int in_heap = is_in_heap && is_in_heap(block);
  printf("grew by %zu MiB, in a heap of mimalloc: %d\n", (held[1] - held[0]) >> 20, in_heap);
  free(block);
}

int main(void) {
  for (size_t size = 1; size <= 1 << 20; size = size * 5 / 4 + 1) {
    void *plain = malloc(size), *aligned = NULL, *zero = calloc(size, 3);
    if (posix_memalign(&aligned, 64, size) != 0) return 1;
    printf("%zu: %zu %zu %zu\n", size, malloc_usable_size(plain), malloc_usable_size(aligned),
           malloc_usable_size(zero));
    free(plain), free(aligned), free(zero);
  }
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, work, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  tell_growth();
  const struct mallinfo2 libc = mallinfo2();
  printf("libc's own heap: %zu bytes in use\n", libc.uordblks > 1 << 20 ? libc.uordblks : 0);
  return 0;
}
