// verdict: definite 1/30, indirect 0, possible 0, reachable 1/100; fd 0, thread 1
// SPDX-License-Identifier: Apache-2.0
// main has ended by pthread_exit, and loses what it knew; a thread's variable points to a block when it calls exit().
#include "thread.h"


static void* exits(void* unused) {
  void* volatile held = block(100);
  wipe();
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)getpid());
  for (char state = 0; state != 'Z'; sched_yield()) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = read(file, line, sizeof line - 1);
    close(file);
    line[got > 0 ? got : 0] = 0;
    char* behind = strrchr(line, ')');
    state = behind ? behind[2] : 0;
  }
  wipe();
  exit(seen((void*)&held) == unused);
}

APART static void lose(void) { seen(block(30)); }

int main(void) {
  lose();
  start(exits, NULL);
  wipe();
  pthread_exit(NULL);
}
