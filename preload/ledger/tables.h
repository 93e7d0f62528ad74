// SPDX-License-Identifier: Apache-2.0
// All tables at once: what life/ does with them at birth and after a fork.
#pragma once

namespace leakhook::ledger {

/// Commits the first pages of every table of a new segment. False: no memory.
bool prepare_tables();

/// In a forked child: what other threads held is free again, they are gone, and so are child
/// processes and timers, which fork does not copy.
void keep_what_fork_copies();

}  // namespace leakhook::ledger
