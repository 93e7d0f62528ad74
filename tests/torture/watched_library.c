// SPDX-License-Identifier: Apache-2.0
// A preload that puts the calls of libleakhook.so itself under a supervisor, before that library's
// own constructor runs: of two libraries linked with -z initfirst the one loaded last comes first.
// Environment: TORTURE_WATCH, the supervisor's socket.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "watched.h"

// The executable part of libleakhook.so. False: it is not loaded.
static int find_library(uint64_t* from, uint64_t* to) {
  static char maps[1 << 16];
  const long fd = raw(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0, 0);
  long size = 0, got;
  while (size < (long)sizeof maps - 1 &&
         (got = raw(SYS_read, fd, (long)maps + size, (long)sizeof maps - 1 - size, 0, 0)) > 0)
    size += got;
  raw(SYS_close, fd, 0, 0, 0, 0);
  for (char* line = strtok(maps, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    char rights[5];
    if (strstr(line, "libleakhook.so") && sscanf(line, "%lx-%lx %4s", from, to, rights) == 3 &&
        strcmp(rights, "r-xp") == 0)
      return *from >> 32 == *to >> 32;
  }
  return 0;
}

// libc has no environment yet.
__attribute__((constructor)) static void begin(int argc, char** argv, char** environment) {
  static const char name[] = "TORTURE_WATCH=";
  const char* path = NULL;
  uint64_t from, to;
  (void)argc, (void)argv;
  for (; *environment != NULL; environment++)
    if (strncmp(*environment, name, sizeof name - 1) == 0) path = *environment + sizeof name - 1;
  if (path == NULL || !find_library(&from, &to)) return;
  const long supervisor = reach_supervisor(path);
  if (supervisor < 0) return;
  const long listener = watch(from, to);
  if (listener < 0 || !hand_over(listener, supervisor)) _exit(98);
}
