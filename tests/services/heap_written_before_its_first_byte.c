// leaks: not judged
// exit: signal SEGV
// dumps: none
// SPDX-License-Identifier: Apache-2.0
// A large block is a mapping of its own. Nothing of ours may lie right before it, or a wild write
// that ends the program without us would go into our tables instead.

#include "service.h"

int main(void) {
  char* first = kept(malloc(512 << 10));
  first[-32] ^= 1;
  puts("nothing noticed");
  return 0;
}
