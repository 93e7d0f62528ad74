// verdict: definite 0, indirect 0, possible 0, reachable 50/5000; fd 0, thread 50
// SPDX-License-Identifier: Apache-2.0
// Fifty threads sleep, each with a variable that points to a block of its own.
#include "thread.h"


static void* holds(void* unused) {
  void* volatile held = block(100);
  wipe();
  about_to_sleep();
  pause();
  seen(held);
  return unused;
}

int main(void) {
  for (int i = 0; i < 50; ++i) start_sleeper(holds, SYS_pause);
  wipe();
  exit(0);
}
