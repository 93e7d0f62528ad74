// SPDX-License-Identifier: Apache-2.0
// What life/ tells of the main thread.
#pragma once
#include <cstdint>

namespace leakhook::ledger {

/// The calling thread is the main one and its stack is [low, high). Requires: table committed.
void main_thread(const char* name, std::uint64_t stack_low, std::uint64_t stack_high);

/// Forked child: only the calling thread is left, it is the main one now.
void only_this_thread_left();

/// Commits the table. False: no memory.
bool prepare_threads();

}  // namespace leakhook::ledger
