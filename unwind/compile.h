// SPDX-License-Identifier: Apache-2.0
// Which rule do the tables give for this address? From .eh_frame to eight bytes.
#pragma once
#include "capture.h"
#include "cfi_program.h"
#include "rule.h"

namespace leakhook::unwind {

/// Never absent. Async-signal-safe, never faults on broken tables; about 1 KiB of stack.
Rule compile_rule(const Object& object, Address pc);

/// The same from one row of a table; `pc` is what `row` was made for.
Rule compile_row(const Description& description, const Row& row, Address pc);

/// Is this the code that a signal handler returns to, in a C library without tables for it?
bool is_signal_return(const Object& object, Address pc);

}  // namespace leakhook::unwind
