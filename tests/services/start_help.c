// leaks: 1 heap in leak_one (6 bytes)
// env: LEAKHOOK_HELP=1
// stderr: LEAKHOOK_CHILD_EXIT|CHILD_EXIT
// stderr: 256MiB
// stderr: leakhook\.%e\.%p\.%n
// output: stdout
// SPDX-License-Identifier: Apache-2.0
#include "service.h"

APART void leak_one(void) { kept(malloc(6)); }

int main(void) {
  leak_one();
  puts("runs on");
  return 0;
}
