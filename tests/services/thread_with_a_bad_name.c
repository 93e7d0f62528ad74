// leaks: 2 heap in leak_in_thread (128 bytes)
// SPDX-License-Identifier: Apache-2.0
// Fifteen bytes are enough for a command of a terminal or of a build machine.
#include <pthread.h>

#include "service.h"

APART void leak_in_thread(void) { kept(malloc(64)); }
static void* works(void* unused) {
  MUST(pthread_setname_np(pthread_self(), "\n::set-output x") == 0);
  leak_in_thread();
  MUST(pthread_setname_np(pthread_self(), "\x1b[31m\r\x7f\xff\xe2\x80\xae]]>") == 0);
  leak_in_thread();
  return unused;
}

int main(void) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, works, NULL) == 0 && pthread_join(thread, NULL) == 0);
  return 0;
}
