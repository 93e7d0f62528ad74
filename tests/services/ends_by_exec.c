// leaks: 1 heap in leak_after_exec (70 bytes)
// SPDX-License-Identifier: Apache-2.0
// The image after the exec is the one that ends; it is the first of its tree still.
#include "service.h"

APART void leak_before_exec(void) { kept(malloc(60)); }
APART void leak_after_exec(void) { kept(malloc(70)); }

int main(int argc, char** argv) {
  if (argc > 1) {
    leak_after_exec();
    return 0;
  }
  leak_before_exec();
  execl("/proc/self/exe", argv[0], "again", (char*)NULL);
  return 1;
}
