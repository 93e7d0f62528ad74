// leaks: 1 heap in leak_one (77 bytes)
// dumps: both
// long:
// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include "service.h"

APART void leak_one(void) { kept(malloc(77)); }

int main(int argc, char** argv) {
  const struct rlimit small = {200 << 20, 200 << 20};
  if (argc == 1) {
    MUST(setrlimit(RLIMIT_AS, &small) == 0);
    execl("/proc/self/exe", argv[0], "limited", (char*)NULL);
  }
  leak_one();
  for (int i = 0; i < 100000; i++) kept(malloc(32));
  dump_me();
  return 0;
}
