// SPDX-License-Identifier: Apache-2.0
// What was done wrongly, and where? One record for each sort and stack; what repeats is counted.
//
// Hashed by sort and stack. A record changes only under its version (versioned.h); none is ever
// freed. Any thread writes, other processes read. Async-signal-safe, never allocates. Costs
// nothing, not even a page, until the first misuse.
#pragma once
#include "../contract/layout.h"

namespace leakhook::ledger {
struct Moment;
}

namespace leakhook::ledger::misuses {

/// What a misuse was about.
struct Subject {
  Kind kind = Kind::none;  ///< of the resource
  std::uint64_t identity = 0;
  StackId closed = 0;  ///< where it had been given back before
  StackId opened = 0;  ///< where it was acquired
};

/// It happened at `moment.stack`. Ignored where that stack sweeps.
void record(MisuseKind misuse, const Moment& moment, const Subject& subject);

/// This stack does so whatever it meets: what it did and will do is no misuse.
void record_sweep(MisuseKind misuse, const Moment& moment);

/// Whether this process has had any: then the next one is worth more preparation.
inline constinit std::atomic<bool> has_any{false};
inline bool were_seen() { return has_any.load(std::memory_order_relaxed); }

/// Forked child: they are the parent's. Where it swept, the child does.
void forget_all();

}  // namespace leakhook::ledger::misuses
