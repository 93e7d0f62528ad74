// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A thread is cancelled while it sleeps; what its variable pointed to is lost.
// clean: definite 0, indirect 0, possible 0, reachable ?; fd 0
#include "thread.h"


static void* holds(void* unused) {
  void* volatile lost = block(100);
  if (kIsClean) free(lost);
  about_to_sleep();
  pause();
  return unused;
}

int main(void) {
  pthread_t thread = start(holds, NULL);
  while (!atomic_load(&sleeper)) sched_yield();
  MUST(pthread_cancel(thread) == 0 && pthread_join(thread, NULL) == 0);
  wipe();
  return 0;
}
