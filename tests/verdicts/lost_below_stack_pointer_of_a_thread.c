// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 2, thread 1
// SPDX-License-Identifier: Apache-2.0
// The address still stands far below the stack pointer of a thread that waits for bytes.
#include "thread.h"


int ends[2];

APART static void lose(void) {
  void* volatile frame[16384];
  frame[0] = block(100);
  seen((void*)frame);
}

static void* sleeps(void* unused) {
  char byte;
  lose();
  about_to_sleep();
  MUST(read(ends[0], &byte, 1) == 1);
  return unused;
}

int main(void) {
  MUST(pipe(ends) == 0);
  start_sleeper(sleeps, SYS_read);
  exit(0);
}
