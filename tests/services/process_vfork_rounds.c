// leaks: 1 heap in leak_in_parent (12 bytes)
// SPDX-License-Identifier: Apache-2.0
// A vfork child shares our memory but not our descriptors: what it opens is not the parent's.
#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_in_parent(void) { kept(malloc(12)); }
APART void clean_opened_by_child(void) {
  const pid_t pid = vfork();
  if (pid == 0) {
    if (open("/dev/null", O_RDONLY) < 0) _exit(1);
    execlp("true", "true", (char*)NULL);
    _exit(127);
  }
  int status;
  MUST(waitpid(pid, &status, 0) == pid && status == 0);
}
APART void clean_failed_exec(void) {
  const pid_t pid = vfork();
  if (pid == 0) {
    execl("/nonexistent", "x", (char*)NULL);
    _exit(33);
  }
  int status;
  MUST(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 33);
}

int main(void) {
  leak_in_parent();
  for (int i = 0; i < 30; i++) clean_opened_by_child(), clean_failed_exec();
  return 0;
}
