// leaks: 20 heap in leak_in_c_destructor (400 bytes), 20 heap in leak_in_thread_local (600 bytes)
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include <string>
#include <thread>

#include "service.h"

APART void leak_in_c_destructor() { kept(malloc(20)); }
APART void leak_in_thread_local() { kept(malloc(30)); }
APART void clean_until_destructor(void** block) { *block = malloc(99); }

static pthread_key_t key;
static void destroy(void* block) {
  free(block);
  leak_in_c_destructor();
}
struct Late {
  void* block = nullptr;
  ~Late() {
    free(block);
    leak_in_thread_local();
  }
};
static thread_local Late late;

int main() {
  MUST(pthread_key_create(&key, destroy) == 0);
  for (int i = 0; i < 20; i++) {
    std::thread([] {
      void* block;
      clean_until_destructor(&block);
      pthread_setspecific(key, block);
      clean_until_destructor(&late.block);
    }).join();
  }
}
