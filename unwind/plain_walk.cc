// SPDX-License-Identifier: Apache-2.0
// What becomes of a stack that cannot be found by comparing? Each frame is walked.
#include "plain_walk.h"

#include <algorithm>

namespace leakhook::unwind {

__attribute__((noinline, cold)) End walk_plainly(const CallSite& site, const StackBounds& bounds,
                                                 LastStack* last) {
  Address* const frames = &last->pcs[1];
  const Captured captured = capture(site, bounds, {frames, LastStack::kMaxFrames});
  std::reverse(frames, frames + captured.count);
  std::uint64_t hash = last->hashes[0];
  for (std::uint32_t i = 1; i <= captured.count; ++i)
    last->hashes[i] = hash = LastStack::step(hash, last->pcs[i]);
  last->count = captured.count;
  return captured.end;
}

}  // namespace leakhook::unwind
