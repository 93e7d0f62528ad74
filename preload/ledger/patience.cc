// SPDX-License-Identifier: Apache-2.0
// Waits: a few spins, then naps.
#include "patience.h"

#include <algorithm>

#include "../base/system.h"
#include "../base/waiting.h"
#include "sandbox.h"

namespace leakhook::ledger {
namespace {

constexpr int kSpins = 64;
constexpr std::uint64_t kNap = 50'000;                // ns
constexpr std::uint64_t kLongest = 1'000'000'000;     // ns
constexpr std::uint64_t kLongestMoment = 20'000'000;  // ns

}  // namespace

bool Patience::lasts() {
  if (++moments_ <= kSpins) {
    sys::pause();
    return true;
  }
  const std::uint64_t now = sys::nanoseconds(CLOCK_MONOTONIC_COARSE);
  if (last_ != 0) waited_ += std::min(now - last_, kLongestMoment);
  last_ = now;
  if (!is_sandboxed()) {
    const std::atomic<std::uint32_t> nobody_wakes_us{0};  // a call that filters rarely forbid
    sys::wait_while(nobody_wakes_us, 0u, kNap);
  }
  return waited_ < kLongest;
}

}  // namespace leakhook::ledger
