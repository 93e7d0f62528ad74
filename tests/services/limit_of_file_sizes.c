// leaks: 1000 heap in leak_blocks
// stderr: cannot keep the segment in
// output: stdout
// SPDX-License-Identifier: Apache-2.0
// Files may be smaller than a segment: it is kept in memory, and nobody dies of SIGXFSZ. A child's, too.
#include <sys/resource.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_blocks(void) {
  for (int i = 0; i < 1000; i++) kept(malloc(100));
}

int main(int argc, char** argv) {
  const struct rlimit limit = {1 << 20, 1 << 20};
  MUST(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  if (argc == 1) {  // the next program is born under the limit
    setenv("LEAKHOOK_DIR", ".", 1);
    execl(argv[0], argv[0], "again", NULL);
    return 1;
  }
  const pid_t child = fork();
  if (child == 0) {
    free(kept(malloc(100)));
    _exit(9);
  }
  int status;
  MUST(waitpid(child, &status, 0) == child);
  printf("child's status %x\n", status);
  leak_blocks();
  return 0;
}
