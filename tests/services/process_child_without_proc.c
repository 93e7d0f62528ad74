// leaks: nothing
// processes: 1
// needs: root
// SPDX-License-Identifier: Apache-2.0
// A child that first allocates where there is no /proc cannot read there when it was started. It is
// young all the same, and leaves no profiles of its own.
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "service.h"

int main(void) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        umount2("/proc", MNT_DETACH) != 0)
      _exit(77);
    free(kept(malloc(7)));
    return 0;
  }
  int status = 0;
  MUST(waitpid(pid, &status, 0) == pid);
  return WEXITSTATUS(status);
}
