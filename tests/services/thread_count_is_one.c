// leaks: 1 heap in leak_one (1 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <sched.h>
#include <sys/wait.h>

#include "service.h"

static void count_tasks(void) {
  int count = 0;
  DIR* tasks = opendir("/proc/self/task");
  for (const struct dirent* entry; (entry = readdir(tasks));) count += entry->d_name[0] != '.';
  closedir(tasks);
  printf("%d\n", count);
  fflush(stdout);
}

APART void leak_one(void) { kept(malloc(1)); }

int main(void) {
  count_tasks();
  leak_one();
  dump_me();
  free(kept(malloc(10)));
  count_tasks();
  if (fork() == 0) {
    count_tasks();
    _exit(0);
  }
  wait(NULL);
  return 0;
}
