// SPDX-License-Identifier: Apache-2.0
// One bit for each shard that belongs to a thread.
#include "shards.h"

#include <atomic>
#include <bit>

namespace leakhook::ledger::shards {
namespace {

constexpr std::uint32_t kAll = (1u << kShared) - 1;
constinit std::atomic<std::uint32_t> taken{0};

constexpr std::uint32_t bit_of_shard(std::uint32_t shard) {
  return shard < kShared ? 1u << shard : 0;
}

}  // namespace

std::uint32_t take() {
  std::uint32_t now = taken.load(std::memory_order_relaxed);
  std::uint32_t shard = 0;
  do {
    if (now == kAll) return kShared;
    shard = static_cast<std::uint32_t>(std::countr_one(now));
  } while (!taken.compare_exchange_weak(now, now | bit_of_shard(shard), std::memory_order_acquire));
  return shard;  // acquire pairs with give_back(): the last owner's counts are there
}

void give_back(std::uint32_t shard) {
  taken.fetch_and(~bit_of_shard(shard), std::memory_order_release);
}

void keep_only(std::uint32_t mine) { taken.store(bit_of_shard(mine), std::memory_order_relaxed); }

}  // namespace leakhook::ledger::shards
