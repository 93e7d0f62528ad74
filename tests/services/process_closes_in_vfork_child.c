// leaks: 3 eventfd in leak_closed_only_in_child
// SPDX-License-Identifier: Apache-2.0
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "service.h"

APART void leak_closed_only_in_child(void) {
  for (int i = 0; i < 3; i++) MUST(eventfd(0, 0) >= 0);
}

int main(void) {
  leak_closed_only_in_child();
  const pid_t pid = vfork();
  if (pid == 0) {
    for (int fd = 3; fd < 10; fd++) close(fd);
    execlp("true", "true", (char*)NULL);
    _exit(127);
  }
  MUST(waitpid(pid, NULL, 0) == pid);
  return 0;
}
