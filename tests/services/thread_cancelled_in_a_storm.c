// leaks: 1 heap in leak_at_the_end (5 bytes)
// libc keeps: heap in clean_storm
// long: 20000
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/socket.h>

#include "service.h"

static int ends[2];

static void* calls_and_blocks(void* unused) {
  for (;;) {
    void* p = malloc(100);
    pthread_cleanup_push(free, p);
    p = NULL;
    char byte;
    if (recv(ends[0], &byte, 1, 0) < 0) accept(ends[0], NULL, NULL);
    pthread_cleanup_pop(1);
  }
  return unused;
}
static void* spins(void* unused) {
  pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
  for (volatile int i = 0;; i++) close(dup(-1));
  return unused;
}
APART void clean_storm(int count) {
  for (int i = 0; i < count; i++) {
    pthread_t blocked, spinning;
    MUST(pthread_create(&blocked, NULL, calls_and_blocks, NULL) == 0);
    MUST(pthread_create(&spinning, NULL, spins, NULL) == 0);
    pthread_cancel(blocked), pthread_cancel(spinning);
    pthread_join(blocked, NULL), pthread_join(spinning, NULL);
  }
}
APART void leak_at_the_end(void) { kept(malloc(5)); }

int main(int argc, char** argv) {
  MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  clean_storm(argc > 1 ? atoi(argv[1]) : 500);
  leak_at_the_end();
  return 0;
}
