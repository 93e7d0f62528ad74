// SPDX-License-Identifier: Apache-2.0
// Where are we, compared with last time? AArch64: nothing is compared, each stack is walked. A frame
// keeps its return address anywhere, so that the word alone does not tell where the frame ends, as
// it does on x86-64.
#include "../last_stack.h"
#include "../plain_walk.h"

namespace leakhook::unwind {

End capture_on_own_stack(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return walk_plainly(site, bounds, last);
}

End capture(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return walk_plainly(site, bounds, last);
}

}  // namespace leakhook::unwind
