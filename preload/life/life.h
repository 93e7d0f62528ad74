// SPDX-License-Identifier: Apache-2.0
// From the first breath of a process to its last: what hooks tell life/.
//
// All of it is async-signal-safe, keeps errno and never allocates from the service's heap.
#pragma once
#include <csignal>

namespace leakhook::life {

/// The process is about to end without passing exit handlers any more (_exit, _Exit).
/// Dumps where settings say so and waits for the exporter.
void process_ends();

/// After the process lowered its limit on address space, or raised it. Requires:
/// ledger::may_unmap().
void address_space_was_limited();

/// What sigaction must do for a signal in which leakhook has a stake.
struct SignalChange {
  bool is_done = false;           ///< nothing to pass on: *previous is the answer
  bool previous_is_ours = false;  ///< the program must see SIG_DFL instead of our handler
};
/// Before the real sigaction. `action` may be null (a question).
SignalChange signal_changes(int signal, const struct sigaction* action);
/// After the real sigaction succeeded.
void signal_changed(int signal, const struct sigaction* action);

}  // namespace leakhook::life
