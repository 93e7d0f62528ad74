// SPDX-License-Identifier: Apache-2.0
// Raising and lowering counters that stop at their end.
#include "sample_filter.h"

#include "segment.h"

namespace leakhook::ledger {

constinit SampleFilter sample_filter{};

void SampleFilter::raise(std::uint64_t address) {
  std::atomic<std::uint8_t>& counter = counters[place_of(address)];
  std::uint8_t now = counter.load(std::memory_order_relaxed);
  while (now != kStuck && !counter.compare_exchange_weak(now, static_cast<std::uint8_t>(now + 1),
                                                         std::memory_order_relaxed)) {
  }
}

void SampleFilter::lower(std::uint64_t address) {
  std::atomic<std::uint8_t>& counter = counters[place_of(address)];
  std::uint8_t now = counter.load(std::memory_order_relaxed);
  while (now != kStuck && now != 0 &&
         !counter.compare_exchange_weak(now, static_cast<std::uint8_t>(now - 1),
                                        std::memory_order_relaxed)) {
  }
}

void SampleFilter::count_again() {
  for (std::atomic<std::uint8_t>& counter : counters) counter.store(0, std::memory_order_relaxed);
  const LiveBucket* buckets = segment.records<LiveBucket>(Region::live);
  const std::uint64_t count = segment.header->live_buckets.load(std::memory_order_relaxed);
  for (std::uint64_t i = 0; i < count; ++i)
    for (const LiveRecord& record : buckets[i].records) {
      const std::uint64_t key = record.key.load(std::memory_order_relaxed);
      if (key != 0 && key != kBusyKey) raise(address_of_key(key));
    }
}

}  // namespace leakhook::ledger
