// SPDX-License-Identifier: Apache-2.0
// What does a block cost that one thread allocates and another frees?
//
// usage: producer_consumer MILLISECONDS. Blocks travel through a ring of 1024 in batches of 64.
// Prints CPU nanoseconds of both threads together per block.
#include <pthread.h>
#include <sched.h>

#include <atomic>

#include "calls.h"

namespace {

constexpr unsigned kRing = 1024, kBatch = 64;
void* ring[kRing];
std::atomic<unsigned long> produced{0}, consumed{0};
std::atomic<bool> is_over{false};
double consumer_ns;

APART void* make(Random& random) { return std::malloc(8 + random.next() % 248); }

/// Waiting costs no CPU worth counting: the other thread gets the core.
void wait_until_differs(const std::atomic<unsigned long>& counter, unsigned long from) {
  while (counter.load(std::memory_order_acquire) == from && !is_over.load()) sched_yield();
}

void* consume(void*) {
  unsigned long at = 0;
  double spent = 0;
  while (true) {
    wait_until_differs(produced, at);
    const unsigned long until = produced.load(std::memory_order_acquire);
    if (until == at) break;
    const double begin = cpu_ns();
    for (; at < until; ++at) std::free(ring[at % kRing]);
    spent += cpu_ns() - begin;
    consumed.store(at, std::memory_order_release);
  }
  consumer_ns = spent;
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const double limit = std::atof(argv[1]) * 1e6;
  pthread_t consumer;
  must(pthread_create(&consumer, nullptr, consume, nullptr) == 0, "pthread_create");
  Random random(3);
  double spent = 0;
  unsigned long at = 0;
  const double start = wall_ns();
  while (wall_ns() - start < limit) {
    while (at + kBatch - consumed.load(std::memory_order_acquire) > kRing) sched_yield();
    const double begin = cpu_ns();
    for (unsigned i = 0; i < kBatch; ++i, ++at) ring[at % kRing] = make(random);
    spent += cpu_ns() - begin;
    produced.store(at, std::memory_order_release);
  }
  is_over.store(true);
  pthread_join(consumer, nullptr);
  std::printf("%.3f\n", (spent + consumer_ns) / static_cast<double>(at));
  return 0;
}
