// SPDX-License-Identifier: Apache-2.0
// Which shard of the counts does a thread write? One of its own while there are few threads, so
// that counting takes no lock and no cache line from another; the shared one when there are many.
//
// Async-signal-safe, never waits.
#pragma once
#include <cstdint>

#include "../contract/layout.h"

namespace leakhook::ledger::shards {

/// Written by threads that have none of their own, with locked instructions.
inline constexpr std::uint32_t kShared = kCountShards - 1;

/// A shard that no running thread has, or kShared.
std::uint32_t take();
void give_back(std::uint32_t shard);
/// Forked child: all but `mine` are free.
void keep_only(std::uint32_t mine);

}  // namespace leakhook::ledger::shards
