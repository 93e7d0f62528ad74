// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
// Programs that were linked before glibc 2.15 mean a posix_spawn that hands a script without "#!"
// to the shell; later ones are told that it is no program.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "service.h"

#ifdef __x86_64__
int old_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
              const posix_spawnattr_t* attributes, char* const* arguments,
              char* const* environment);
int old_spawnp(pid_t* pid, const char* file, const posix_spawn_file_actions_t* actions,
               const posix_spawnattr_t* attributes, char* const* arguments,
               char* const* environment);
__asm__(".symver old_spawn, posix_spawn@GLIBC_2.2.5");
__asm__(".symver old_spawnp, posix_spawnp@GLIBC_2.2.5");

static void say(const char* name, int error, pid_t pid) {
  int status = 0;
  if (error == 0) MUST(waitpid(pid, &status, 0) == pid);
  printf("%s: %s, status %d\n", name, strerror(error), WEXITSTATUS(status));
}

int main(void) {
  static const char script[] = "exit 65\n";
  char path[] = "/tmp/leakhook-script-XXXXXX";
  const int fd = mkstemp(path);
  MUST(fd >= 0 && write(fd, script, sizeof script - 1) == sizeof script - 1);
  MUST(fchmod(fd, 0700) == 0);
  close(fd);
  char* words[] = {path, NULL};
  pid_t pid = 0;
  int error = old_spawn(&pid, path, NULL, NULL, words, environ);
  say("old posix_spawn", error, pid);
  error = old_spawnp(&pid, path, NULL, NULL, words, environ);
  say("old posix_spawnp", error, pid);
  unlink(path);
  return 0;
}
#else
int main(void) { return 77; }
#endif
