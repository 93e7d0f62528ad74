// SPDX-License-Identifier: Apache-2.0
// Which id has this stack? Stacks are found by one hash and stored as a tree: a new stack has the
// nodes of its outer frames in common with the one that its thread captured before.
//
// Who writes: any thread appends, nothing is ever changed or removed. Who reads: other processes,
// the stacks and nodes up to the numbers handed out. Each record is whole before its id goes
// anywhere; a node is written before the nodes and stacks that name it.
// Async-signal-safe, never waits.
#pragma once
#include <span>

#include "../../unwind/capture.h"
#include "../../unwind/last_stack.h"
#include "segment.h"

namespace leakhook::ledger::stack_table {

/// Commits the first pages. False: no memory.
bool prepare();

/// The id of the stack that was captured last. 0: the table is full (counted).
StackId intern(const unwind::LastStack& stack, unwind::End end);
/// The same for return addresses, innermost first. 0 also for no frames.
StackId intern(std::span<const unwind::Address> frames, unwind::End end);

/// Adds one object of `bytes` to everything ever acquired from this stack. `shard` as
/// shards::take().
void count(StackId stack, std::uint32_t shard, std::uint64_t objects, std::uint64_t bytes);

/// Addresses may mean another library from now on: the same frames become another stack.
void begin_generation();

/// From now on the same frames are stacks of their own, which carry this mark. 0: none again.
void set_mark(MarkId mark);

}  // namespace leakhook::ledger::stack_table
