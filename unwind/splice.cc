// SPDX-License-Identifier: Apache-2.0
// Where are we, compared with last time? See splice.h; and what becomes of stacks that it refuses.
#include "splice.h"

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

End capture_on_own_stack(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return capture_by_splice<AllChecks>(site, bounds, last);
}

End capture(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return capture_anywhere<AllChecks>(site, bounds, last);
}

}  // namespace leakhook::unwind
