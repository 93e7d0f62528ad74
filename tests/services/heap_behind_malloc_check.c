// leaks: 1 heap in leak_one (77 bytes)
// SPDX-License-Identifier: Apache-2.0
// libc's checker of the heap is a preload, too; its malloc has a version that no new program is
// linked to. It must serve the program with leakhook in front of it as it does without: then a
// block is as large as it was asked for. (Before glibc 2.34 there is no such library: no
// difference.)
#include <malloc.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(77)); }

static void start_again_with_the_checker(char** argv) {
  const char* before = getenv("LD_PRELOAD");
  char preloads[4096];
  snprintf(preloads, sizeof preloads, "%s:libc_malloc_debug.so.0", before ? before : "");
  setenv("LD_PRELOAD", preloads, 1);
  setenv("MALLOC_CHECK_", "3", 1);
  execl("/proc/self/exe", argv[0], "checked", (char*)NULL);
}

int main(int argc, char** argv) {
  if (argc == 1) start_again_with_the_checker(argv);
  leak_one();
  void* volatile block = malloc(7);
  printf("usable: %zu\n", malloc_usable_size(block));
  free(block);
  void* volatile moved = realloc(calloc(3, 5), 100);
  printf("usable: %zu\n", malloc_usable_size(moved));
  free(moved);
  return 0;
}
