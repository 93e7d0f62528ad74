// SPDX-License-Identifier: Apache-2.0
// Which dumps were asked for while all keepers were busy?
#include "waiting_requests.h"

namespace leakhook::life {
namespace {

std::uint32_t arrival_of(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

/// Arrivals are numbered round the clock.
bool is_older(std::uint64_t a, std::uint64_t b) {
  return static_cast<std::int32_t>(arrival_of(a) - arrival_of(b)) < 0;
}

}  // namespace

bool WaitingRequests::put(const Request& request) {
  const std::uint64_t arrival = arrivals_.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t word = arrival << 32 | (request.encode() & 0xffffffff);
  for (std::atomic<std::uint64_t>& place : places_) {
    std::uint64_t free = 0;
    if (place.load(std::memory_order_relaxed) == 0 && place.compare_exchange_strong(free, word))
      return true;
  }
  return false;
}

bool WaitingRequests::take(Request* out) {
  while (true) {
    std::atomic<std::uint64_t>* oldest = nullptr;
    std::uint64_t word = 0;
    for (std::atomic<std::uint64_t>& place : places_) {
      const std::uint64_t found = place.load();
      if (found == 0 || (oldest != nullptr && !is_older(found, word))) continue;
      oldest = &place;
      word = found;
    }
    if (oldest == nullptr) return false;
    if (oldest->compare_exchange_strong(word, 0))
      return Request::decode(Request::kMagic << 32 | (word & 0xffffffff), out);
  }
}

void WaitingRequests::clear() {
  for (std::atomic<std::uint64_t>& place : places_) place.store(0, std::memory_order_relaxed);
}

}  // namespace leakhook::life
