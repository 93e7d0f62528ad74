// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a local variable of a thread that waits for a mutex.
#include "thread.h"


static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void* holds(void* unused) {
  void* volatile held = block(100);
  wipe();
  about_to_sleep();
  pthread_mutex_lock(&mutex);
  seen(held);
  return unused;
}

int main(void) {
  pthread_mutex_lock(&mutex);
  start_sleeper(holds, SYS_futex);
  wipe();
  exit(0);
}
