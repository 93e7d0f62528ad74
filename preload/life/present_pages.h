// SPDX-License-Identifier: Apache-2.0
// Which pages of a range were ever touched? A terabyte of reserved address space holds few words.
//
// For the forked copy. Where the kernel does not tell, all of them count as touched.
#pragma once
#include <fcntl.h>

#include "../base/system.h"
#include "memory_map.h"

namespace leakhook::life {

/// Ranges below this size are not worth the question.
inline constexpr std::uint64_t kWorthAsking = std::uint64_t{1} << 20;

/// Calls visit(Range) for runs of pages that are in memory or swapped out. Private memory only: of
/// shared memory a forked copy knows nothing.
template <class Visit>
void visit_present(Range range, Visit&& visit) {
  constexpr std::uint64_t kPage = 4096;
  const long fd =
      range.size() < kWorthAsking ? -1 : sys::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return visit(range);
  std::uint64_t entries[512];
  Range run{0, 0};
  for (std::uint64_t at = range.start; at < range.end;) {
    const std::uint64_t left = (range.end - at + kPage - 1) / kPage;
    const std::uint64_t wanted = left < 512 ? left : 512;
    const long got = sys::call(SYS_pread64, fd, sys::word(entries), static_cast<long>(wanted * 8),
                               static_cast<long>(at / kPage * 8));
    if (got <= 0) {  // not told: everything from here on
      if (run.start == run.end) run.start = at;
      run.end = range.end;
      break;
    }
    for (long i = 0; i < got / 8; ++i, at = (at / kPage + 1) * kPage) {
      constexpr std::uint64_t kPresent = std::uint64_t{3} << 62;  // in memory, or in swap
      const std::uint64_t end = (at / kPage + 1) * kPage;
      if ((entries[i] & kPresent) == 0) continue;
      if (run.end != at) {
        if (run.start != run.end) visit(run);
        run.start = at;
      }
      run.end = end < range.end ? end : range.end;
    }
  }
  if (run.start != run.end) visit(run);
  sys::close(static_cast<int>(fd));
}

}  // namespace leakhook::life
