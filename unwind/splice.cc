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

/// Is the site's return address where it says, on the stack of these bounds?
bool stands_on(const CallSite& site, const StackBounds& bounds) {
  const Place place = place_of(site);
  return bounds.contains(place.slot) && place.slot % sizeof(std::uint64_t) == 0 &&
         word_at(place.slot) == place.pc;
}

End capture_on_own_stack(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return capture_by_splice<AllChecks>(site, bounds, last);
}

End capture(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  if (last->high != bounds.high) last->known = 0;
  last->high = bounds.high;
  if (stands_on(site, bounds)) return capture_on_own_stack(site, bounds, last);
  last->known = 0;
  return walk_plainly(site, bounds, last);
}

}  // namespace leakhook::unwind
