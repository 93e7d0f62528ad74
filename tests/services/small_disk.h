// SPDX-License-Identifier: Apache-2.0
// A folder that is a file system of its own, seen by this process and its children alone.
#pragma once
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "service.h"

static inline void skip_disk(void) {
  fputs("no file system may be mounted here", stderr);
  _exit(77);
}

// As root of a user namespace where we are none: files of nobody cannot be made.
static inline void become_root_of_a_namespace(void) {
  char map[64];
  const int size = snprintf(map, sizeof map, "0 %d 1", (int)getuid());
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) skip_disk();
  const int file = open("/proc/self/uid_map", O_WRONLY);
  if (file < 0 || write(file, map, (size_t)size) != size) skip_disk();
  close(file);
}

// `options` of a tmpfs: "size=8k".
static inline void make_small_disk(const char* folder, const char* options) {
  if (unshare(CLONE_NEWNS) != 0) become_root_of_a_namespace();
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) skip_disk();
  MUST(mkdir(folder, 0700) == 0);
  if (mount("none", folder, "tmpfs", 0, options) != 0) skip_disk();
}
