// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// The value was overwritten by zero, then the key was deleted.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "thread.h"


APART static void lose(void) {
  pthread_key_t key;
  MUST(pthread_key_create(&key, NULL) == 0);
  MUST(pthread_setspecific(key, block(100)) == 0);
  if (kIsClean) free(pthread_getspecific(key));
  MUST(pthread_setspecific(key, NULL) == 0);
  MUST(pthread_key_delete(key) == 0);
}

int main(void) {
  lose();
  wipe();
  return 0;
}
