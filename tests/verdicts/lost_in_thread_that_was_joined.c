// verdict: definite 1/100, indirect 0, possible 0, reachable 0; fd 0
// SPDX-License-Identifier: Apache-2.0
// A thread loses a block and ends; main has joined it.
// clean: definite 0, indirect 0, possible 0, reachable 0; fd 0
#include "thread.h"


static void* loses(void* unused) {
  void* volatile lost = block(100);
  if (kIsClean) free(lost);
  return unused;
}

int main(void) {
  MUST(pthread_join(start(loses, NULL), NULL) == 0);
  wipe();
  return 0;
}
