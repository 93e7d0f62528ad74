// leaks: 1 heap in leak_one (9 bytes)
// dumps: both
// SPDX-License-Identifier: Apache-2.0
// A service that shows a title in ps writes over its arguments and its environment.
#include "service.h"

APART void leak_one(void) { kept(malloc(9)); }

int main(int argc, char** argv) {
  (void)argc;
  extern char** environ;
  char* end = argv[0];
  for (char** entry = environ; *entry; entry++) end = *entry + strlen(*entry);
  environ = (char*[]){NULL};
  memset(argv[0], 0, (size_t)(end - argv[0]));
  strcpy(argv[0], "a title");
  leak_one();
  dump_me();
  return 0;
}
