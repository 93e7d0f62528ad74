// SPDX-License-Identifier: Apache-2.0
// When is now, by whom, from where? What every record says beside its identity.
#pragma once
#include "ledger.h"
#include "segment.h"

namespace leakhook::ledger {

struct Moment {
  StackId stack;
  std::uint32_t birth;
  NameId thread;
};

/// Never allocates; needs about 5 KiB of stack where the thread has 64 KiB left, else under 1 KiB.
Moment take_moment(const Caller& caller);

/// Whether this kind is tracked and this event may be recorded now.
bool may_record_kind(Kind kind);

/// The counts shard of the calling thread.
std::uint32_t my_shard();

/// Forked child: scratch memory that other threads held is free again.
void reset_scratch();

}  // namespace leakhook::ledger
