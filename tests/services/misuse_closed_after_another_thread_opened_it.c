// leaks: nothing
// misuse: 1 double_close in bad_or_the_victim after bad_close of opens_in_thread
// libc keeps: mapping in clean_workers, heap in clean_workers
// SPDX-License-Identifier: Apache-2.0
// Whose close was one too many, nobody can know; both are told when the second one is refused.
// Workers that close what another thread opened, under the same number again and again, are no
// misuse.
#include <fcntl.h>
#include <pthread.h>

#include "service.h"

static int number = -1;

APART int opens(void) { return open("/dev/null", O_RDONLY); }
APART void clean_close(int fd) { MUST(close(fd) == 0); }

APART void* opens_in_thread(void* unused) {
  number = opens();
  return unused;
}
APART void* closes_in_thread(void* unused) {
  MUST(close(number) == 0);
  return unused;
}
APART void in_a_thread(void* (*body)(void*)) {
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, body, NULL) == 0 && pthread_join(thread, NULL) == 0);
}

APART void clean_workers(void) {
  for (int i = 0; i < 4; i++) {
    number = opens();
    in_a_thread(closes_in_thread);
    in_a_thread(opens_in_thread);
    clean_close(number);
  }
}

APART void bad_close(int fd) { MUST(close(fd) == 0); }
APART void bad_or_the_victim(void) { MUST(close(number) == -1 && errno == EBADF); }

int main(void) {
  clean_workers();
  const int fd = opens();
  clean_close(fd);
  in_a_thread(opens_in_thread);
  MUST(number == fd);
  bad_close(fd);  // takes the thread's
  bad_or_the_victim();
  return 0;
}
