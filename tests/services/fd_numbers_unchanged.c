// leaks: 3 eventfd in leak_three
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <sys/eventfd.h>

#include "service.h"

static void list(void) {
  DIR* folder = opendir("/proc/self/fd");
  for (const struct dirent* entry; (entry = readdir(folder));)
    if (entry->d_name[0] != '.') printf("%s ", entry->d_name);
  puts("");
  closedir(folder);
  fflush(stdout);
}

APART void leak_three(void) {
  for (int i = 0; i < 3; i++) printf("%d\n", eventfd(0, 0));
}

int main(void) {
  list();
  leak_three();
  list();
  dump_me();
  list();
  return 0;
}
