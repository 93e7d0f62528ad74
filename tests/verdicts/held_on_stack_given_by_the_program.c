// verdict: definite 0, indirect 0, possible 0, reachable 2/131172; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// A thread runs on a stack of 131072 bytes that the program took from malloc; the only pointer is there.
#include "thread.h"


void* stack;

static void* holds(void* unused) {
  void* volatile held = block(100);
  wipe();
  about_to_sleep();
  pause();
  seen(held);
  return unused;
}

int main(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  MUST(posix_memalign(&stack, 4096, 131072) == 0);
  pthread_attr_init(&attributes);
  MUST(pthread_attr_setstack(&attributes, stack, 131072) == 0);
  MUST(pthread_create(&thread, &attributes, holds, NULL) == 0);
  while (!atomic_load(&sleeper)) sched_yield();
  while (!is_in_call(atomic_load(&sleeper), SYS_pause)) sched_yield();
  wipe();
  exit(0);
}
