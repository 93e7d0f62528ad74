// SPDX-License-Identifier: Apache-2.0
// The last dump of a process.
#pragma once

namespace leakhook::life {

/// Registers for the end of the process. From the constructor, once: what is registered first runs
/// last.
void watch_endings();

/// See life.h. Dumps at most once, and only in the process that owns the books.
void process_ends();

}  // namespace leakhook::life
