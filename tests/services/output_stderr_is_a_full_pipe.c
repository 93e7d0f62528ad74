// leaks: 1000 heap in leak_blocks
// dumps: both
// output: stdout
// SPDX-License-Identifier: Apache-2.0
// Nobody reads what is said on stderr, and its pipe is full: dumps are made and end all the same.
#include <fcntl.h>
#include <unistd.h>

#include "service.h"

APART void leak_blocks(void) {
  for (int i = 0; i < 1000; i++) kept(malloc(100));
}

/// The program that is started next finds it so.
static void fill_stderr(void) {
  int ends[2];
  MUST(pipe(ends) == 0);  // its reading end stays open, in the next program, too
  MUST(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
  while (write(ends[1], "x", 1) == 1) {
  }
  MUST(fcntl(ends[1], F_SETFL, 0) == 0);
  MUST(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
  close(ends[1]);
}

int main(int argc, char** argv) {
  if (argc == 1) {
    fill_stderr();
    execl(argv[0], argv[0], "again", NULL);
    return 1;
  }
  leak_blocks();
  dump_me();
  return 0;
}
