// SPDX-License-Identifier: Apache-2.0
// Opening the segment of a process, and what a forked child does with its parent's.
#pragma once
#include <cstdint>

namespace leakhook::life {

/// MEMORY, but no more than a part of what the control groups give to the program, or a limit on
/// address space (the reservation is about three times this).
std::uint64_t allowed_memory();

/// The same rule, after such a limit was lowered: address space that it does not allow for is given
/// back. Requires: the books are open, and ledger::may_unmap().
void follow_limits();

/// Makes the segment (private memory, or a file in DIR) and commits the first pages of each table.
/// False: no memory at all.
bool open_books(std::uint64_t memory);

/// Fills the header, moves the heap where ALLOCATOR wants it, and makes the calling thread the main
/// one. Allocates from the program's heap (outside the books) if that moves. `argv`: where the
/// kernel put it, the environment behind it. `stack_top`: an address near the top of the main
/// thread's stack.
void describe_process(char** argv, std::uint64_t stack_top);

/// In a forked child: the parent's books become ours; what they hold is inherited.
/// False: not possible, nothing is tracked.
bool take_over_books();

/// Attention::Mode of this process.
void set_mode(std::uint32_t mode);

/// No block of this process will ever be recorded: none that is freed is looked for.
void look_for_no_blocks();

}  // namespace leakhook::life
