// leaks: nothing at all
// SPDX-License-Identifier: Apache-2.0
// A line on stdin is a wish: "heap 3" keeps three more blocks of 1000 bytes, "drop 2" gives two of
// them back, "fd 2" keeps two more descriptors, "crash" ends without a word. Each is answered with a
// line. An empty line or the end of stdin ends the program.
#include <signal.h>
#include <sys/eventfd.h>

#include "service.h"

enum { kMost = 4096 };
static void* blocks[kMost];
static int held;
static int fds[kMost];
static int opened;

APART void grow_heap(int count) {
  for (int i = 0; i < count; ++i) blocks[held++] = kept(malloc(1000));
}

APART void grow_fd(int count) {
  for (int i = 0; i < count; ++i) fds[opened++] = eventfd(0, EFD_CLOEXEC);
}

static void give_back(int count) {
  for (int i = 0; i < count; ++i) free(blocks[--held]);
}

// Without stdio, whose buffers would be counted too.
static int read_line(char* line, int size) {
  int used = 0;
  while (used < size - 1 && read(0, line + used, 1) == 1 && line[used] != '\n') ++used;
  line[used] = 0;
  return used;
}

int main(void) {
  char line[64];
  const int size = snprintf(line, sizeof line, "ready %d\n", (int)getpid());
  MUST(write(1, line, (size_t)size) == size);
  while (read_line(line, sizeof line) > 0) {
    const char* const number = strchr(line, ' ');
    const int count = number ? atoi(number) : 0;
    if (strncmp(line, "heap", 4) == 0) grow_heap(count);
    if (strncmp(line, "drop", 4) == 0) give_back(count);
    if (strncmp(line, "fd", 2) == 0) grow_fd(count);
    if (strcmp(line, "crash") == 0) raise(SIGKILL);
    MUST(write(1, "done\n", 5) == 5);
  }
  give_back(held);
  while (opened > 0) close(fds[--opened]);
  return 0;
}
