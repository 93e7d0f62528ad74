// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a local variable of a thread that never stops to count.
#include "thread.h"


static atomic_long counter;

static void* holds(void* unused) {
  void* volatile held = block(100);
  wipe();
  for (;;) atomic_fetch_add(&counter, 1);
  seen(held);
  return unused;
}

int main(void) {
  start(holds, NULL);
  while (atomic_load(&counter) < 1000) sched_yield();
  wipe();
  exit(0);
}
