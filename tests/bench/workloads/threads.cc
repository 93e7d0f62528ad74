// SPDX-License-Identifier: Apache-2.0
// What does a thread cost that is created and joined?
//
// usage: threads MILLISECONDS. Prints nanoseconds per create and join as a clock on the wall sees
// them: the best of batches of 50, as waking another core takes what the machine likes.
#include <pthread.h>

#include "calls.h"

namespace {

void* nothing(void* unused) { return unused; }

APART void create_and_join() {
  pthread_t thread;
  must(pthread_create(&thread, nullptr, nothing, nullptr) == 0, "pthread_create");
  must(pthread_join(thread, nullptr) == 0, "pthread_join");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  constexpr int kBatch = 50;
  for (int i = 0; i < kBatch; ++i) create_and_join();
  const double limit = std::atof(argv[1]) * 1e6, start = wall_ns();
  double best = 1e18;
  for (double now = start; now - start < limit;) {
    const double begin = wall_ns();
    for (int i = 0; i < kBatch; ++i) create_and_join();
    now = wall_ns();
    if (now - begin < best) best = now - begin;
  }
  std::printf("%.3f\n", best / kBatch);
  return 0;
}
