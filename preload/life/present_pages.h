// SPDX-License-Identifier: Apache-2.0
// Which pages of a range were ever touched? A terabyte of reserved address space holds few words,
// and reading a page of shared memory that nobody has touched would make the system give one.
//
// For the forked copy. Where the kernel does not tell, all of them count as touched.
#pragma once
#include <fcntl.h>

#include "../base/system.h"
#include "memory_map.h"

namespace leakhook::life {

inline constexpr std::uint64_t kPageSize = 4096;
/// So many pages are asked about at once.
inline constexpr std::uint64_t kPagesAtOnce = 512;

/// Joins pages that lie side by side, and shows each run of them to visit(Range).
template <class Visit>
class PageRuns {
 public:
  explicit PageRuns(Visit& visit) : visit_(visit) {}
  ~PageRuns() {
    if (run_.size() != 0) visit_(run_);
  }
  PageRuns(const PageRuns&) = delete;
  /// Requires: not before the end of the last one.
  void add(Range pages) {
    if (run_.end != pages.start) {
      if (run_.size() != 0) visit_(run_);
      run_.start = pages.start;
    }
    run_.end = pages.end;
  }

 private:
  Visit& visit_;
  Range run_{0, 0};
};

/// Calls visit(Range) for runs of pages of `range` for which the kernel says yes.
/// `ask(first, count, answers)` fills an answer for each page and returns how many it knows;
/// `is_there` reads one. What it does not know counts as there.
template <class Answer, class Ask, class IsThere, class Visit>
void visit_pages(Range range, Ask ask, IsThere is_there, Visit&& visit) {
  Answer answers[kPagesAtOnce];
  PageRuns runs(visit);
  for (std::uint64_t at = range.start; at < range.end;) {
    const std::uint64_t first = at / kPageSize;
    const std::uint64_t left = (range.end - first * kPageSize + kPageSize - 1) / kPageSize;
    const std::uint64_t known = ask(first, left < kPagesAtOnce ? left : kPagesAtOnce, answers);
    if (known == 0) return runs.add({at, range.end});
    for (std::uint64_t i = 0; i < known; ++i) {
      const std::uint64_t end = (first + i + 1) * kPageSize;
      const Range page{at, end < range.end ? end : range.end};
      if (is_there(answers[i])) runs.add(page);
      at = page.end;
    }
  }
}

/// Of private memory: pages that are in memory or swapped out.
template <class Visit>
void visit_present(Range range, Visit&& visit) {
  constexpr std::uint64_t kWorthAsking = std::uint64_t{1} << 20;  // bytes
  const long fd =
      range.size() < kWorthAsking ? -1 : sys::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return visit(range);
  const auto ask = [fd](std::uint64_t first, std::uint64_t count, std::uint64_t* entries) {
    const long got = sys::call(SYS_pread64, fd, sys::word(entries), static_cast<long>(count * 8),
                               static_cast<long>(first * 8));
    return got > 0 ? static_cast<std::uint64_t>(got) / 8 : 0;
  };
  constexpr std::uint64_t kPresent = std::uint64_t{3} << 62;  // in memory, or in swap
  visit_pages<std::uint64_t>(
      range, ask, [](std::uint64_t entry) { return (entry & kPresent) != 0; }, visit);
  sys::close(static_cast<int>(fd));
}

/// Of shared memory, whose page tables a forked copy does not have: pages that are in memory. What
/// was swapped out is not seen.
template <class Visit>
void visit_resident(Range range, Visit&& visit) {
  const auto ask = [](std::uint64_t first, std::uint64_t count, unsigned char* answers) {
    const long result = sys::call(SYS_mincore, static_cast<long>(first * kPageSize),
                                  static_cast<long>(count * kPageSize), sys::word(answers));
    return sys::failed(result) ? 0 : count;
  };
  visit_pages<unsigned char>(
      range, ask, [](unsigned char answer) { return (answer & 1) != 0; }, visit);
}

}  // namespace leakhook::life
