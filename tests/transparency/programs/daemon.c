// SPDX-License-Identifier: Apache-2.0
// A daemon of the old school: forks twice, leaves its session, closes every descriptor, does its work
// and says so in a file. Started with `wait` it ends when `stop` appears.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// The file is whole when it is there.
static void work(const char* file) {
  FILE* out = fopen("unfinished", "w");
  char* blocks[100];
  for (int i = 0; i < 100; i++) blocks[i] = strdup(file);
  fprintf(out, "fd %d, session is own: %d\n", fileno(out), getsid(0) != getpid());
  for (int i = 0; i < 100; i++) free(blocks[i]);
  fclose(out);
  rename("unfinished", file);
}

int main(int count, char** arguments) {
  if (fork() != 0) return 0;
  setsid();
  signal(SIGHUP, SIG_IGN);
  if (fork() != 0) _exit(0);
  umask(022);
  for (int fd = (int)sysconf(_SC_OPEN_MAX) - 1; fd >= 0; fd--) close(fd);
  open("/dev/null", O_RDWR), dup(0), dup(0);
  work("working");
  while (count > 1 && strcmp(arguments[1], "wait") == 0 && access("stop", F_OK) != 0) usleep(20000);
  work("ended");
  return 0;
}
