// leaks: 100 heap in leak_in_thread (1000 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <pthread.h>

#include "service.h"

static char* (*storage)(void);
static pthread_barrier_t loaded;

APART void leak_in_thread(void) { kept(malloc(10)); }
static void* touches(void* unused) {
  pthread_barrier_wait(&loaded);
  memset(storage(), 1, 5000);
  leak_in_thread();
  return unused;
}

int main(void) {
  pthread_t threads[100];
  char path[4096];
  pthread_barrier_init(&loaded, NULL, 101);
  for (int i = 0; i < 100; i++) MUST(pthread_create(&threads[i], NULL, touches, NULL) == 0);
  snprintf(path, sizeof path, "%s/liblarge_tls.so", getenv("PLUGINS"));
  void* library = dlopen(path, RTLD_NOW);
  MUST(library && (storage = (char* (*)(void))dlsym(library, "storage")));
  pthread_barrier_wait(&loaded);
  for (int i = 0; i < 100; i++) pthread_join(threads[i], NULL);
  return 0;
}
