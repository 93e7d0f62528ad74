// leaks: not judged
// dumps: none
// output: stdout
// needs: musl-gcc
// SPDX-License-Identifier: Apache-2.0
// musl's loader refuses a preload that wants what only glibc has: such a child must live, with the
// library in it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum { has_no_loader = 2, has_no_library };

static int is_mapped(const char *name) {
  char line[512];
  int found = 0;
  FILE *maps = fopen("/proc/self/maps", "r");
  while (maps && fgets(line, sizeof line, maps)) found |= strstr(line, name) != NULL;
  if (maps) fclose(maps);
  return found;
}

int main(void) {
  if (getauxval(AT_BASE) == 0) return has_no_loader;
  if (getenv("LD_PRELOAD") && !is_mapped("libleakhook.so")) return has_no_library;
  free(malloc(100));
  puts("ends well");
  return 0;
}
