// leaks: 1 heap in leak_block (10 bytes)
// exit: signal TERM
// dumps: exit
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <signal.h>

#include "service.h"

APART void leak_block(void) { kept(malloc(10)); }
static void* terminates(void* unused) {
  kill(getpid(), SIGTERM);
  return unused;
}

int main(void) {
  pthread_t thread;
  leak_block();
  MUST(pthread_create(&thread, NULL, terminates, NULL) == 0);
  for (;;) pause();
}
