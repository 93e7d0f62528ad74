// SPDX-License-Identifier: Apache-2.0
// What life/ tells of descriptors that were open before anything else.
#pragma once

#include "../contract/layout.h"
#include "ledger.h"

namespace leakhook::ledger {

/// Null: not in the table (yet).
FdRecord* known_fd(int fd);

/// FdRecord::closed_at for a close by this caller: only its return address, which costs nothing.
/// Once the process has shown a misuse, this takes the whole stack; and it ends closes_in_a_row.
[[gnu::cold]] std::uint64_t watched_closing_place(HookFrame hook);
/// The stack that it stands for; 0: none.
StackId stack_of_closing(std::uint64_t closed_at);

/// How many numbers that are not open were closed in a row from one stack, see closing.cc. A close
/// that meets something open ends the row. 0: none.
extern std::atomic<std::uint64_t> closes_in_a_row;

/// `fd` was open when the process was born: no stack, kind unknown. Requires: no other thread yet.
void inherited_fd(int fd);

}  // namespace leakhook::ledger
