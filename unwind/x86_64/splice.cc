// SPDX-License-Identifier: Apache-2.0
// Where are we, compared with last time? See splice.h.
#include "splice.h"

namespace leakhook::unwind {

End capture_on_own_stack(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return capture_by_splice<AllChecks>(site, bounds, last);
}

End capture(const CallSite& site, const StackBounds& bounds, LastStack* last) {
  return capture_anywhere<AllChecks>(site, bounds, last);
}

}  // namespace leakhook::unwind
