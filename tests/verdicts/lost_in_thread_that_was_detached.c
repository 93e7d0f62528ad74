// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A detached thread loses a block and ends before the process.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "thread.h"


static void* loses(void* unused) {
  void* volatile lost = block(100);
  if (kIsClean) free(lost);
  about_to_sleep();
  return unused;
}

int main(void) {
  char path[64];
  pthread_detach(start(loses, NULL));
  while (!atomic_load(&sleeper)) sched_yield();
  snprintf(path, sizeof path, "/proc/self/task/%d", atomic_load(&sleeper));
  while (access(path, F_OK) == 0) sched_yield();
  wipe();
  return 0;
}
