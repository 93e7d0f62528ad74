// SPDX-License-Identifier: Apache-2.0
// Which memory does a thread remember its stacks in? Taken at the thread's first event, given
// back at its end.
//
// The memory is mapped in pieces and never unmapped: as many as there were threads at one time.
// It is private to the process and no part of the segment, as only the running thread can use it.
// Async-signal-safe, never waits, never allocates from the service's heap.
#pragma once
#include "../../unwind/last_stack.h"
#include "../../unwind/stack_cache.h"

namespace leakhook::ledger {

struct RememberedStacks {
  unwind::LastStack last;
  unwind::StackCache cache;
};

namespace last_stacks {

/// Knows nothing yet. Null: no memory, or more threads than kMost; the thread goes without.
RememberedStacks* take();
/// Requires: from take(), and nobody uses it.
void give_back(RememberedStacks* stacks);

/// Forked child: all but `mine` (may be null) are free.
void keep_only(RememberedStacks* mine);

inline constexpr std::uint32_t kMost = 1 << 15;

/// Calls visit(begin, end) for the memory of all of them, in use or not.
void visit_pieces(void (*visit)(void* context, std::uint64_t begin, std::uint64_t end),
                  void* context);

}  // namespace last_stacks
}  // namespace leakhook::ledger
