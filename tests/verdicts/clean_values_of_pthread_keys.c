// verdict: definite 0, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// Destructors of keys give back the values when threads end.
#include "thread.h"


static pthread_key_t keys[40];

static void* uses(void* unused) {
  MUST(pthread_setspecific(keys[0], block(20)) == 0);
  MUST(pthread_setspecific(keys[39], block(21)) == 0);
  return unused;
}

int main(void) {
  for (int i = 0; i < 40; ++i) MUST(pthread_key_create(&keys[i], free) == 0);
  for (int i = 0; i < 3; ++i) MUST(pthread_join(start(uses, NULL), NULL) == 0);
  wipe();
  return 0;
}
