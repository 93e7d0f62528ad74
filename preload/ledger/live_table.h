// SPDX-License-Identifier: Apache-2.0
// Which heap blocks are alive? 16 bytes each, hashed by address, four to a cache line.
//
// Who writes: the thread that owns an address inserts and withdraws its record; slots are claimed
// by compare-and-swap. Who reads: other processes and the keeper, at any time, see for_each in
// export. After publication a record never changes; it goes by its key becoming zero.
// Async-signal-safe, never allocates, never waits.
#pragma once
#include "segment.h"

namespace leakhook::ledger::live_table {

struct Found {
  std::uint64_t key = 0;  ///< 0: not found
  std::uint64_t value = 0;
};

/// Commits the first buckets. False: no memory.
bool prepare(const Segment& segment);

/// False: the table is full (counted).
bool insert(std::uint64_t key, std::uint64_t value);
/// Takes the record of this address out.
Found withdraw(std::uint64_t address);

}  // namespace leakhook::ledger::live_table
