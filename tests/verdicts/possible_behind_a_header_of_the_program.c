// verdict: definite 0, indirect 0, possible 1/116, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// An allocator of the program's own puts 16 bytes before each block, and knows what is behind them.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"


struct Header {
  const char* owner;
  long number;
};
void* held;

APART static void hold(void) {
  struct Header* header = (struct Header*)block(sizeof *header + 100);
  header->owner = "nobody";
  header->number = 1;
  held = header + 1;
}

int main(void) {
  hold();
  wipe();
  if (kIsClean) free((struct Header*)held - 1), held = NULL;
  return 0;
}
