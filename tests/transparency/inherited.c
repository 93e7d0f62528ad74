// SPDX-License-Identifier: Apache-2.0
// What does a child see that our library cannot be loaded into? Linked statically: tells the
// descriptors that it inherited, and the signals that are blocked and ignored.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void tell_descriptors(void) {
  for (int fd = 0; fd < 1024; ++fd) {
    char link[64], target[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = readlink(link, target, sizeof target - 1);
    if (size < 0) continue;
    target[size] = 0;
    char* inode = strchr(target, '[');  // pipe:[123]
    if (inode) *inode = 0;
    printf("inherited %d %s\n", fd, target);
  }
}

static void tell_signals(void) {
  FILE* status = fopen("/proc/self/status", "re");
  for (char line[256]; status && fgets(line, sizeof line, status);)
    if (strncmp(line, "Sig", 3) == 0 && strncmp(line, "SigQ", 4) != 0) fputs(line, stdout);
  if (status) fclose(status);
}

int main(void) {
  tell_descriptors();
  tell_signals();
  return 0;
}
