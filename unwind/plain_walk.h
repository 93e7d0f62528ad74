// SPDX-License-Identifier: Apache-2.0
// What becomes of a stack that cannot be found by comparing? Each frame is walked.
#pragma once
#include "capture.h"
#include "last_stack.h"

namespace leakhook::unwind {

/// The plain walk, as the last stack: nothing of it is known next time.
End walk_plainly(const CallSite& site, const StackBounds& bounds, LastStack* last);

}  // namespace leakhook::unwind
