// SPDX-License-Identifier: Apache-2.0
// Was this thread or timer given back before, and where?
#include "given_back.h"

#include "probe.h"

namespace leakhook::ledger::given_back {
namespace {

/// By 8 bits of the hash: 20 others of it, so that nobody is taken for somebody else | stack id
/// where it was given back (22) | where it was acquired (22). 0: nothing.
constexpr std::uint64_t kMemories = 256;
constinit std::atomic<std::uint64_t> memories[kMemories]{};
constexpr std::uint64_t kStacks = (std::uint64_t{1} << 2 * kStackIdBits) - 1;
constexpr StackId kStack = kMaxStacks - 1;

std::uint64_t hash_of(Kind kind, std::uint64_t identity) {
  constexpr std::uint64_t kNotZero = std::uint64_t{1} << 63;
  return mix(identity + (static_cast<std::uint64_t>(kind) << 56)) | kNotZero;
}

}  // namespace

void remember(Kind kind, std::uint64_t identity, const Place& place) {
  const std::uint64_t hash = hash_of(kind, identity);
  const std::uint64_t stacks = std::uint64_t{place.closed} << kStackIdBits | place.opened;
  memories[hash % kMemories].store((hash & ~kStacks) | stacks, std::memory_order_relaxed);
}

bool find(Kind kind, std::uint64_t identity, Place* out) {
  const std::uint64_t hash = hash_of(kind, identity);
  const std::uint64_t found = memories[hash % kMemories].load(std::memory_order_relaxed);
  if ((found ^ hash) & ~kStacks) return false;
  *out = {static_cast<StackId>(found >> kStackIdBits) & kStack,
          static_cast<StackId>(found) & kStack};
  return true;
}

void forget_all() {
  for (auto& memory : memories) memory.store(0, std::memory_order_relaxed);
}

}  // namespace leakhook::ledger::given_back
