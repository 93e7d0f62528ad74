// leaks: 2 process in leak_fork, 1 process in leak_spawn, 1 process in leak_looked_at
// dumps: both
// libc keeps: heap in clean_every_wait
// SPDX-License-Identifier: Apache-2.0
#include <spawn.h>
#include <sys/wait.h>

#include "service.h"

static char* argv[] = {"true", NULL};
extern char** environ;
static pid_t child(void) {
  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  siginfo_t end;
  MUST(pid > 0 && waitid(P_PID, pid, &end, WEXITED | WNOWAIT) == 0);
  return pid;
}
static pid_t spawn(void) {
  pid_t pid;
  MUST(posix_spawnp(&pid, "true", NULL, NULL, argv, environ) == 0);
  return pid;
}

APART void leak_fork(void) { child(), child(); }
APART void leak_spawn(void) { spawn(); }
APART void leak_looked_at(void) { child(); }
APART void clean_every_wait(void) {
  siginfo_t end;
  int status;
  MUST(waitpid(child(), NULL, 0) > 0);
  MUST(waitpid(spawn(), &status, 0) > 0 && status == 0);
  MUST(wait4(child(), NULL, 0, NULL) > 0);
  MUST(waitid(P_PID, child(), &end, WEXITED) == 0);
  child();
  MUST(wait(&status) > 0);
  child();
  MUST(wait3(&status, 0, NULL) > 0 && wait(NULL) == -1 && errno == ECHILD);
  MUST(pclose(popen("exit 0", "r")) == 0 && system("exit 7") >> 8 == 7);
}

int main(void) {
  clean_every_wait(), leak_fork(), leak_spawn(), leak_looked_at();
  dump_me();
  return 0;
}
