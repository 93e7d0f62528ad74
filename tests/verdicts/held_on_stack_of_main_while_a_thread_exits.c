// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// A thread calls exit(); main waits for it, and its variable is the only pointer.
#include "thread.h"


static void* exits(void* unused) {
  while (!is_in_call((int)getpid(), SYS_futex)) sched_yield();
  wipe();
  exit(unused != NULL);
}

int main(void) {
  void* volatile held = block(100);
  wipe();
  pthread_join(start(exits, NULL), NULL);
  seen(held);
  return 1;
}
