// SPDX-License-Identifier: Apache-2.0
// Which module was at this address? Kept after dlclose, so that a stack keeps its names.
//
// Who writes: any thread that meets a new object while it compiles an unwind rule; a slot is
// claimed by a counter and published by its state. Async-signal-safe, never waits.
#pragma once
#include "../../unwind/capture.h"
#include "segment.h"

namespace leakhook::ledger::modules {

/// Commits the table. False: no memory.
bool prepare();

/// unwind's ObjectObserver: makes sure that the object has a record.
void seen(const unwind::Object& object);

/// The loaded module at this address; 0: none known.
ModuleId id_of(unwind::Address address);

/// After a dlclose: which modules are gone?
void refresh();

}  // namespace leakhook::ledger::modules
