// leaks: not judged
// dumps: none
// output: stdout
// needs: musl-gcc
// SPDX-License-Identifier: Apache-2.0
// musl's loader refuses a preload that wants what only glibc has: such a child must live.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  free(malloc(100));
  puts("ends well");
  return 0;
}
