// leaks: nothing
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include "service.h"

APART void clean_attributes(void) {
  for (int i = 0; i < 10000; i++) {
    pthread_attr_t attributes;
    void* low;
    size_t size;
    MUST(pthread_getattr_np(pthread_self(), &attributes) == 0);
    pthread_attr_getstack(&attributes, &low, &size);
    if (i == 0) printf("%zu\n", size);
    pthread_attr_destroy(&attributes);
  }
}
static void* works(void* unused) {
  clean_attributes();
  return unused;
}

int main(void) {
  puts("stdio has its buffer now");
  pthread_t thread;
  MUST(pthread_create(&thread, NULL, works, NULL) == 0);
  pthread_join(thread, NULL);
  return 0;
}
