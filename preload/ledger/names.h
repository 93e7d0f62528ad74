// SPDX-License-Identifier: Apache-2.0
// Which id has this thread name? A few hundred names at most, found by looking at each.
//
// Append-only; async-signal-safe, never waits.
#pragma once
#include "segment.h"

namespace leakhook::ledger::names {

bool prepare();
/// At most 15 bytes of `text` count. 0: empty, or no room (counted).
NameId intern(const char* text);

}  // namespace leakhook::ledger::names
