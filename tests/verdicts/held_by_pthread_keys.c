// verdict: definite 0, indirect 0, possible 0, reachable 4/202; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// Values of one of the first 32 keys, which stand in the thread's descriptor, and of a later one, which do not.
#include "thread.h"


static pthread_key_t keys[40];

APART static void hold(size_t size) {
  MUST(pthread_setspecific(keys[0], block(size)) == 0);
  MUST(pthread_setspecific(keys[39], block(size + 1)) == 0);
}

static void* sleeps(void* unused) {
  hold(20);
  wipe();
  about_to_sleep();
  pause();
  return unused;
}

int main(void) {
  for (int i = 0; i < 40; ++i) MUST(pthread_key_create(&keys[i], NULL) == 0);
  hold(80);
  start_sleeper(sleeps, SYS_pause);
  wipe();
  return 0;
}
