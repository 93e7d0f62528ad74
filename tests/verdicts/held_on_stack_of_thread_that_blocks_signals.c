// verdict: definite 0, indirect 0, possible 0, reachable 1/100; fd 2, thread 1
// SPDX-License-Identifier: Apache-2.0
// The only pointer is a local variable of a thread in which every signal is blocked.
#include <signal.h>

#include "thread.h"


int ends[2];

static void* holds(void* unused) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, NULL);
  void* volatile held = block(100);
  wipe();
  char byte;
  about_to_sleep();
  MUST(read(ends[0], &byte, 1) == 1);
  seen(held);
  return unused;
}

int main(void) {
  MUST(pipe(ends) == 0);
  start_sleeper(holds, SYS_read);
  wipe();
  exit(0);
}
