// leaks: 50 heap in leak_deep (500 bytes), 50 heap in leak_after_throw (250 bytes), 50 heap in leak_after_longjmp (150 bytes)
// stack: main > clean_round > deeper > leak_deep
// stack: main > clean_round > leak_after_throw
// stack: main > clean_round > leak_after_longjmp
// libc keeps: heap in clean_round
// SPDX-License-Identifier: Apache-2.0
#include <csetjmp>
#include <stdexcept>

#include "service.h"

static jmp_buf back;

APART void leak_deep() { kept(malloc(10)); }
APART void leak_after_throw() { kept(malloc(5)); }
APART void leak_after_longjmp() { kept(malloc(3)); }
APART void deeper(int depth, bool jumps) {
  if (depth) {
    deeper(depth - 1, jumps);
  } else if (jumps) {
    longjmp(back, 1);
  } else {
    leak_deep();
    throw std::runtime_error("thrown across many frames");
  }
  kept(nullptr);
}
APART void clean_round() {
  try {
    deeper(60, false);
  } catch (const std::exception&) {
    leak_after_throw();
  }
  if (setjmp(back) == 0) deeper(60, true);
  leak_after_longjmp();
}

int main() {
  for (int i = 0; i < 50; i++) clean_round();
}
