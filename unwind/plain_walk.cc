// SPDX-License-Identifier: Apache-2.0
// What becomes of a stack that cannot be found by comparing? Each frame is walked.
#include "plain_walk.h"

#include <algorithm>

namespace leakhook::unwind {
namespace {

/// Is what is remembered the whole of a stack? Not when a capture was abandoned in between.
bool is_whole(const LastStack& last) {
  std::uint64_t hash = last.hashes[0];
  for (std::uint32_t i = 1; i <= last.count; ++i) hash = LastStack::step(hash, last.pcs[i]);
  return hash == last.hashes[last.count];
}

}  // namespace

__attribute__((noinline, cold)) End walk_plainly(const CallSite& site, const StackBounds& bounds,
                                                 LastStack* last) {
  // Where slots are remembered else: none is known now.
  Address* const frames = &last->slots[1];
  const Captured captured = capture(site, bounds, {frames, LastStack::kMaxFrames});
  last->hash_before = last->hash();
  const std::uint32_t common = is_whole(*last) ? std::min(last->count, captured.count) : 0;
  last->kept = 0;
  while (last->kept < common && frames[captured.count - 1 - last->kept] == (*last)[last->kept])
    ++last->kept;
  std::uint64_t hash = last->hashes[0];
  for (std::uint32_t i = 1; i <= captured.count; ++i) {
    last->pcs[i] = frames[captured.count - i];
    last->hashes[i] = hash = LastStack::step(hash, last->pcs[i]);
  }
  last->count = captured.count;
  return captured.end;
}

}  // namespace leakhook::unwind
