// leaks: not judged
// env: LEAKHOOK_OUTPUT=full/x.%p.%n
// stderr: ^leakhook
// dumps: none
// long:
// SPDX-License-Identifier: Apache-2.0
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "service.h"

static void skip(const char* reason) {
  fputs(reason, stderr);
  _exit(77);
}

// A folder of its own without a free block.
static void fill(void) {
  char block[4096] = {1};
  MUST(mkdir("full", 0700) == 0);
  if (mount("none", "full", "tmpfs", 0, "size=8k") != 0) skip("no file system may be mounted here");
  FILE* file = fopen("full/file", "w");
  while (file && fwrite(block, 1, sizeof block, file) == sizeof block && fflush(file) == 0)
    continue;
}

int main(int argc, char** argv) {
  if (argc == 1) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) skip("no file system may be mounted here");
    fill();
    execl("/proc/self/exe", argv[0], "filled", (char*)NULL);
  }
  kept(malloc(100000));
  puts("goes on");
  return 0;
}
