// SPDX-License-Identifier: Apache-2.0
// How much memory does this process hold beside the heap that malloc grows with brk? What a library
// in it keeps for itself is there, and fragmentation of the heap is not.
#pragma once
#include <fcntl.h>

#include "service.h"

// KiB. Never allocates.
static inline long measured_once(void) {
  static char text[1 << 16];
  const int fd = open("/proc/self/smaps", O_RDONLY | O_CLOEXEC);
  MUST(fd >= 0);
  size_t size = 0;
  for (ssize_t got; (got = read(fd, text + size, sizeof text - 1 - size)) > 0;) size += (size_t)got;
  MUST(close(fd) == 0 && size + 1 < sizeof text);
  text[size] = 0;
  long sum = 0;
  int is_heap = 0;
  for (char* line = text; *line != 0;) {
    char* end = strchr(line, '\n');
    MUST(end != NULL);
    *end = 0;
    // "7f0000000000-7f0000001000 r--p …" begins a mapping; names of its numbers are capitals.
    if (line[0] < 'A' || line[0] > 'Z') is_heap = strstr(line, "[heap]") != NULL;
    long kib = 0;
    if (!is_heap && sscanf(line, "Rss: %ld kB", &kib) == 1) sum += kib;
    line = end + 1;
  }
  MUST(sum > 0);
  return sum;
}

// Measuring needs pages of its own, code of libc's and the library's, when it is done first.
static inline long resident_beside_heap(void) {
  (void)measured_once();
  return measured_once();
}

// Ends the program with status 1 when it holds more than `most` KiB beyond `before`.
static inline void must_be_flat(long before, long most) {
  const long after = resident_beside_heap();
  if (after - before <= most) return;
  dprintf(2, "holds %ld KiB more than the %ld KiB after its warm-up\n", after - before, before);
  _exit(1);
}
