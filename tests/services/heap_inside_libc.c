// leaks: 1 heap in leak_strdup (6 bytes), 1 heap in leak_strndup (4 bytes), 1 heap in leak_asprintf, 1 heap in leak_getline, 1 heap in leak_realpath, 1 heap in leak_getcwd
// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "service.h"

APART void leak_strdup(void) { kept(strdup("hello")); }
APART void leak_strndup(void) { kept(strndup("hello", 3)); }
APART void leak_asprintf(void) {
  char* text;
  MUST(asprintf(&text, "%d and %s", 42, "more") > 0);
  kept(text);
}
APART void leak_getline(void) {
  char* line = NULL;
  size_t size = 0;
  FILE* file = fopen("/proc/self/status", "r");
  MUST(getline(&line, &size, file) > 0);
  fclose(file);
  kept(line);
}
APART void leak_realpath(void) { kept(realpath("/proc/..", NULL)); }
APART void leak_getcwd(void) { kept(getcwd(NULL, 0)); }
APART void clean_strdup(void) { free(kept(strdup("hello"))); }

int main(void) {
  leak_strdup(), leak_strndup(), leak_asprintf(), leak_getline(), leak_realpath(), leak_getcwd();
  clean_strdup();
  return 0;
}
