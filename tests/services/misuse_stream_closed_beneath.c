// leaks: 1 file in leak_of_the_owner
// libc keeps: heap in clean_in_child
// misuse: 1 foreign_close in bad_fclose after closes_beneath of opens_meanwhile
// misuse: 1 foreign_close in bad_closedir after closes_beneath of opens_meanwhile
// misuse: 1 double_close in bad_fclose after closes_beneath of opens_stream
// SPDX-License-Identifier: Apache-2.0
// A stream owns its descriptor. Closed beneath it, the number may be another's when the stream
// ends.
#include <dirent.h>
#include <fcntl.h>
#include <sys/wait.h>

#include "service.h"

APART FILE* opens_stream(void) { return fdopen(open("/dev/null", O_RDONLY), "r"); }
APART void closes_beneath(int fd) { MUST(close(fd) == 0); }
APART int opens_meanwhile(void) { return open("/dev/zero", O_RDONLY); }
APART void bad_fclose(FILE* stream) { fclose(stream); }
APART void bad_closedir(DIR* stream) { closedir(stream); }

APART void clean_streams(void) {
  FILE* stream = opens_stream();
  const int fd = fileno(stream);
  MUST(dup2(0, fd) == fd);  // another file under the same stream
  MUST(fclose(stream) == 0);
  stream = opens_stream();
  MUST(freopen("/dev/zero", "r", stream) != NULL && fclose(stream) == 0);
  DIR* folder = opendir("/");
  MUST(closedir(folder) == 0);
  stream = popen("true", "r");
  MUST(pclose(stream) == 0);
}

// A stream that is never ended harms nobody, as in a child that goes on to exec.
APART void clean_in_child(void) {
  FILE* stream = opens_stream();
  const pid_t child = fork();
  if (child == 0) {
    closes_beneath(fileno(stream));
    _exit(opens_meanwhile() < 0);
  }
  MUST(waitpid(child, NULL, 0) == child && fclose(stream) == 0);
}

// The standard ones get the lowest free number back.
APART void clean_standard_input(void) {
  MUST(freopen("/dev/null", "r", stdin) != NULL);
  MUST(close(0) == 0 && open("/dev/null", O_RDONLY) == 0 && fclose(stdin) == 0);
}

APART void leak_of_the_owner(void) { MUST(open("/dev/null", O_RDONLY) >= 0); }

int main(void) {
  clean_streams(), clean_in_child();
  FILE* stream = opens_stream();
  closes_beneath(fileno(stream));
  opens_meanwhile();
  bad_fclose(stream);
  DIR* folder = opendir("/");
  closes_beneath(dirfd(folder));
  opens_meanwhile();
  bad_closedir(folder);
  stream = opens_stream();
  closes_beneath(fileno(stream));
  bad_fclose(stream);
  leak_of_the_owner();
  clean_standard_input();
  return 0;
}
