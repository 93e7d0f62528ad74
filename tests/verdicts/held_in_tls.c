// verdict: definite 0, indirect 0, possible 0, reachable 2/160; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// Thread-local variables of the first thread and of one that sleeps.
#include "thread.h"


static __thread void* of_thread;

APART static void hold(size_t size) {
  of_thread = block(size);
  seen(&of_thread);
}

static void* sleeps(void* unused) {
  hold(60);
  wipe();
  about_to_sleep();
  pause();
  return unused;
}

int main(void) {
  hold(100);
  start_sleeper(sleeps, SYS_pause);
  wipe();
  return 0;
}
