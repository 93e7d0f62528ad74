// verdict: definite 2/150, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// One block before main, one behind it.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "program.h"

APART static void lose(size_t size) {
  void* lost = block(size);
  if (kIsClean) free(lost);
}

struct Loses {
  Loses() {
    lose(100);
    wipe();
  }
  ~Loses() {
    lose(50);
    wipe();
  }
};
static Loses loses;

int main() { return 0; }
