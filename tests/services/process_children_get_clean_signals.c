// leaks: nothing
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>

#include "service.h"

int main(void) {
  MUST(system("grep -E 'Sig(Blk|Ign|Pnd)|Threads' /proc/self/status") == 0);
  dump_me();
  MUST(system("grep -E 'Sig(Blk|Ign|Pnd)|Threads' /proc/self/status") == 0);
  if (fork() == 0) {
    execlp("grep", "grep", "-E", "SigBlk|SigIgn", "/proc/self/status", (char*)NULL);
    _exit(127);
  }
  wait(NULL);
  return 0;
}
