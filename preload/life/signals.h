// SPDX-License-Identifier: Apache-2.0
// Which signals are ours: the dump signal, and those that would end the process.
#pragma once

namespace leakhook::life {

/// Installs our handlers where the program has default actions. Once, at birth.
void install_signals();

/// This process takes no dump signal any more, and `leakhook dump` must not send it one.
void take_no_requests();

/// A signal by whose handler of ours a thread can be asked to stand still; 0: the program has taken
/// them all.
int stand_still_signal();

/// The exit signal that a keeper should have: one whose handler reaps it, or 0.
int keeper_end_signal();

/// Gives SIGTERM, SIGINT and SIGHUP back to the default action for good.
void release_ending_signals();

}  // namespace leakhook::life
