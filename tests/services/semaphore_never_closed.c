// leaks: 1 semaphore in leak_semaphore
// libc keeps: heap in clean_semaphore
// dumps: both
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <semaphore.h>

#include "service.h"

static sem_t* opened(const char* what) {
  char name[64];
  snprintf(name, sizeof name, "/leakhook-%s-%d", what, (int)getpid());
  sem_t* semaphore = sem_open(name, O_CREAT, 0600, 1);
  MUST(semaphore != SEM_FAILED && sem_unlink(name) == 0);
  return semaphore;
}

APART void leak_semaphore(void) { opened("a"); }
APART void clean_semaphore(void) {
  MUST(sem_close(opened("b")) == 0);
  MUST(sem_open("/nonexistent-leakhook", 0) == SEM_FAILED);
}

int main(void) {
  leak_semaphore(), clean_semaphore();
  dump_me();
  return 0;
}
