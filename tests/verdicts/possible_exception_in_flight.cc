// verdict: definite 0, indirect 0, possible 1/144, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The process ends inside a handler. The library knows the exception (16 bytes) by its header, which
// starts 16 bytes behind the start of the block: 112 bytes, and 16 for the count before it.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include <stdexcept>

#include "program.h"

struct Failure {
  long numbers[2] = {1, 2};
};

APART static void fail() { throw Failure(); }

int main() {
  try {
    fail();
  } catch (const Failure&) {
    wipe();
    if (!kIsClean) exit(0);
  }
  wipe();
  return 0;
}
