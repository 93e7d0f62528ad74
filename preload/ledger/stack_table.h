// SPDX-License-Identifier: Apache-2.0
// Which id has this stack? Stacks are stored once, as paths in a tree of shared nodes, and counted.
//
// The hash of a stack is computed from its outermost frame inwards, so that an unchanged outer part
// keeps its partial hash. Two stacks with one 64-bit hash are taken for the same (about one chance
// in 10^7 at a million stacks). Append-only: a stack, once handed out, never changes.
// Async-signal-safe, never waits.
#pragma once
#include <span>

#include "../../unwind/capture.h"
#include "segment.h"

namespace leakhook::ledger::stack_table {

/// Commits the first pages. False: no memory.
bool prepare();

/// The id of the stack whose return addresses are `frames`, innermost first. 0: the table is full
/// (counted) or there are no frames.
StackId intern(std::span<const unwind::Address> frames, unwind::End end);

/// Adds one object of `bytes` to everything ever acquired from this stack.
void count(StackId stack, std::uint32_t shard, std::uint64_t objects, std::uint64_t bytes);

/// Addresses may mean another library from now on: the same frames become another stack.
void begin_generation();

}  // namespace leakhook::ledger::stack_table
