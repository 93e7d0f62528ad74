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

/// Never allocates; needs under 1 KiB of stack, about 2 KiB where a rule is compiled.
Moment take_moment(const Caller& caller);

/// Whether this kind is tracked and this event may be recorded now.
bool may_record_kind(Kind kind);

/// The thread ends: what it remembers of its stacks and its shard of the counts are free. Events
/// after that are recorded by slower ways.
void give_back_equipment();

/// Forked child: what other threads held is free again, and births are counted anew.
void keep_own_equipment();

}  // namespace leakhook::ledger
