// SPDX-License-Identifier: Apache-2.0
// Which id has this mark? Marks are texts by which the program tells parts of its run apart, such
// as its tests.
//
// Append-only; waits a moment for another thread that appends, not forever. A few thousand at most, found by looking at each, as they change
// rarely.
#pragma once
#include "segment.h"

namespace leakhook::ledger::marks {

/// No mark is set. Memory for them is asked for by the first one.
void prepare();
/// Forked child: whoever was appending is not here.
void reset();
/// Of a text that is too long for a record, the end counts. 0: null, empty, or no room (counted).
MarkId intern(const char* text);

}  // namespace leakhook::ledger::marks
