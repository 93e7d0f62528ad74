// leaks: 4 pipe in leak_pipe, 2 pty in leak_openpty
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <pty.h>

#include "service.h"

static int ends[2];

APART void leak_pipe(void) { MUST(pipe(ends) == 0 && pipe2(ends, O_CLOEXEC) == 0); }
APART void leak_openpty(void) { MUST(openpty(&ends[0], &ends[1], NULL, NULL, NULL) == 0); }
APART void clean_both(void) {
  MUST(pipe(ends) == 0);
  close(ends[0]), close(ends[1]);
  MUST(openpty(&ends[0], &ends[1], NULL, NULL, NULL) == 0);
  close(ends[0]), close(ends[1]);
  MUST(pipe2(ends, -1) == -1);
}

int main(void) {
  leak_pipe(), leak_openpty(), clean_both();
  return 0;
}
