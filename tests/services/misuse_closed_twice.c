// leaks: nothing
// misuse: 2 double_close in bad_twice after clean_close of opens
// misuse: 1 double_close in bad_pair after clean_pair of opens_pipe
// misuse: 1 double_close in bad_after_retry after clean_socket
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/socket.h>

#include "service.h"

APART int opens(void) { return open("/dev/null", O_RDONLY); }
APART void clean_close(int fd) { MUST(close(fd) == 0); }
APART void bad_twice(int fd) { MUST(close(fd) == -1 && errno == EBADF); }
APART void opens_pipe(int ends[2]) { MUST(pipe(ends) == 0); }
APART void clean_pair(int ends[2]) { MUST(close(ends[0]) == 0 && close(ends[1]) == 0); }
APART void bad_pair(int ends[2]) { MUST(close(ends[1]) == -1); }
APART void clean_socket(int fd) { MUST(close(fd) == 0); }
APART void bad_after_retry(int fd) { MUST(close(fd) == -1); }

// Everything is closed once, and the numbers are used again.
APART void clean_uses_numbers_again(void) {
  for (int i = 0; i < 5; i++) clean_close(opens());
  for (int i = 0; i < 3; i++) MUST(close(-1) == -1);
}

int main(void) {
  int ends[2];
  clean_uses_numbers_again();
  for (int i = 0; i < 2; i++) {
    const int fd = opens();
    clean_close(fd), bad_twice(fd);
  }
  opens_pipe(ends), clean_pair(ends), bad_pair(ends);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  clean_socket(fd), bad_after_retry(fd);
  dump_me();
  return 0;
}
