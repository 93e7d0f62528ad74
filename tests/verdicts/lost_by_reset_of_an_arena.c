// verdict: definite 3/300, indirect 0, possible 0, reachable 0; fd 0, mapping 1
// SPDX-License-Identifier: Apache-2.0
// The arena is emptied and written anew; the blocks that its objects owned are lost.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0, mapping 1
#include <sys/mman.h>

#include "program.h"


struct Object {
  void* owned;
  long numbers[7];
};

APART static void lose(void) {
  char* arena = (char*)mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  MUST((void*)arena != MAP_FAILED);
  struct Object* objects = (struct Object*)arena;
  for (int i = 0; i < 3; ++i) objects[i].owned = block(100);
  for (int i = 0; kIsClean && i < 3; ++i) free(objects[i].owned);
  memset(arena, 0x22, 3 * sizeof *objects);
  seen(arena);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
