// leaks: not judged
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// Nothing of ours may end up in a descriptor that the program put in its place.
#include <fcntl.h>
#include <sys/eventfd.h>

#include "service.h"

int main(void) {
  int ends[2];
  MUST(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
  for (int fd = 3; fd < 1000; fd++)
    if (fd != ends[0] && fd != ends[1]) MUST(dup2(ends[1], fd) == fd);
  dump_me();
  free(kept(malloc(100000)));
  char byte;
  MUST(read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
  return 0;
}
