// SPDX-License-Identifier: Apache-2.0
// The segment as a packed stream: what a pipe to the exporter and a .lhk file hold.
#pragma once
#include <cstdint>

#include "../contract/layout.h"

namespace leakhook::life {

/// What is known of which blocks can be reached; empty where nobody asked.
struct Reachability {
  ReachSummary summary{};
  const ReachRecord* records = nullptr;
  std::uint64_t count = 0;
};

/// What one dump says of itself, and memory to work with.
struct StreamOrder {
  std::uint32_t dump_number;
  std::uint64_t realtime_ns;
  std::uint64_t monotonic_ns;
  Reachability reach{};
};
inline constexpr std::size_t kStreamBuffer = 64 * 1024;

/// Writes the segment to `fd` as it is while other threads go on: every record whole, as it was at
/// some moment of the writing; what was acquired from stacks newer than the beginning is left out.
/// Async-signal-safe, raw system calls only. `buffer` has kStreamBuffer bytes, 64-byte aligned.
/// False: the other end is gone or full.
bool write_stream(int fd, const StreamOrder& order, char* buffer);

}  // namespace leakhook::life
