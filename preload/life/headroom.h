// SPDX-License-Identifier: Apache-2.0
// What will a copy of this process cost, and is there room for it? Asked before the service pauses.
//
// Reads /proc and the control groups with raw system calls.
#pragma once
#include <cstdint>

namespace leakhook::life {

/// What the kernel said at one moment: walking the page tables of a large process for that is no
/// small thing.
struct Headroom {
  std::uint64_t small_pages = 0;  ///< bytes in memory in pages of 4 KiB
  std::uint64_t huge_pages = 0;
  std::uint64_t anonymous = 0;
  std::uint64_t left = 0;  ///< bytes that the system and the control group will still give; ~0:
                           ///< nobody says

  /// How long fork will take: its time goes into page tables.
  std::uint64_t predicted_pause_ns() const;
  /// What the copy may need: tables of the marker, and pages that the service writes meanwhile.
  /// `segment_bytes`: of the books, where they must be copied as well.
  std::uint64_t memory_needed(std::uint64_t blocks, std::uint64_t segment_bytes) const;
};
Headroom look_at_headroom();

/// May this process make a file as large (RLIMIT_FSIZE)? Trying would be answered by SIGXFSZ, which
/// is deadly.
bool file_may_have(std::uint64_t bytes);

/// Where memory runs out, the kernel shall end the calling process and not the service. Of a vfork
/// child, whose memory is another's, this is remembered for what it becomes.
void be_ended_first();

/// Bytes of memory that the control groups of this process may have; ~0: as many as there are.
std::uint64_t limit_of_groups();

/// The number behind `name` in lines of "name: 123 kB" or "name 123"; 0 when there is none.
std::uint64_t number_in(const char* text, const char* name);

}  // namespace leakhook::life
