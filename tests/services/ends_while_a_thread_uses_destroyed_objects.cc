// leaks: 200000 heap in leak_blocks
// clean: late_worker
// output: same
// SPDX-License-Identifier: Apache-2.0
// A detached thread that would notice destroyed objects some 30 ms after they are gone: by then the process is.
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>

#include "service.h"

namespace {

std::atomic<bool> is_destroyed{false};
std::atomic<bool> is_looking{false};
struct Registry {
  ~Registry() { is_destroyed = true; }
} registry;

}  // namespace

APART void leak_blocks() {
  for (int i = 0; i < 200000; i++) kept(malloc(16));  // the dump takes longer than what follows
}

APART void* late_worker(void*) {
  is_looking = true;
  while (!is_destroyed) {
  }
  for (int i = 0; i < 15; i++) usleep(2000);
  abort();
}

int main() {
  leak_blocks();
  pthread_t thread;
  MUST(pthread_create(&thread, nullptr, late_worker, nullptr) == 0);
  MUST(pthread_detach(thread) == 0);
  while (!is_looking) {
  }
  return 0;
}
