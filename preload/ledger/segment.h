// SPDX-License-Identifier: Apache-2.0
// Where do the books lie? One reserved range of addresses, committed in steps. What the program
// leaves us no room for is given back: then there are holes between the regions.
//
// Writers: any thread, without locks. `segment` itself changes only while a process is born
// (life/), when no other thread of it can be inside the ledger.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "../contract/layout.h"

namespace leakhook::ledger {

inline constexpr std::uint64_t kHugePage = 2 << 20;

struct Segment {
  Header* header;
  std::uint64_t size;  ///< bytes from the header to the last region's end as they were planned
  std::int32_t owner;  ///< pid that writes here
  bool is_file;        ///< LEAKHOOK_DIR: shared pages, blocks must be allocated before use
  KindSet kinds;       ///< tracked kinds, header->settings.kinds close at hand
  std::uint64_t sample_bytes;
  char* regions[static_cast<int>(Region::count)];  ///< where each begins, see find_regions()

  RegionExtent& extent(Region region) const { return header->regions[static_cast<int>(region)]; }
  template <class Record>
  Record* records(Region region) const {
    return reinterpret_cast<Record*>(regions[static_cast<int>(region)]);
  }
  /// Bytes of address space.
  std::uint64_t reserved(Region region) const {
    return extent(region).reserved.load(std::memory_order_relaxed);
  }
  /// All records of a region that may be read, free ones too.
  template <class Record>
  std::span<Record> all(Region region) const {
    // acquire pairs with publish(): pages before their number
    return {records<Record>(region),
            extent(region).committed.load(std::memory_order_acquire) / sizeof(Record)};
  }
  /// Once the header lies where it stays.
  void find_regions();

  /// Makes the first `bytes` of a region usable. False: refused or at the ceiling, counted once a
  /// try; tries get rare when refusals repeat. Async-signal-safe.
  bool commit(Region region, std::uint64_t bytes);

  /// Bytes [from, to) of a region, kHugePage or more, will soon be in use everywhere: one fault for
  /// 2 MiB instead of 512, and fewer misses of the address cache. Requires: they are committed.
  void wants_huge_pages(Region region, std::uint64_t from, std::uint64_t to) const;

  /// Bytes [from, to) of a region are about to be written everywhere: one call of the system
  /// instead of two faults a page, as whoever looks for a free place reads before it writes.
  /// Requires: they are committed.
  void wants_pages(Region region, std::uint64_t from, std::uint64_t to) const;

  /// Address space that a segment planned for `memory` bytes would not have is the program's again,
  /// but for what is committed and some room to grow. Nothing where threads have been growing for
  /// long. Async-signal-safe. Requires: may_unmap().
  void give_back(std::uint64_t memory);

  /// A forked copy of the process gets pages of its own for books that lie in a file, at the same
  /// place: of `fd`, a file of `size` bytes, or private ones (−1). False: no memory; it may be
  /// tried again, and until that succeeds the books are not to be written.
  bool move_to(int fd);

  /// Calls visit(first byte, bytes of address space) for the header and each region.
  template <class Visit>
  void for_each_part(Visit&& visit) const {
    visit(reinterpret_cast<char*>(header), kHeaderSize);
    for (int i = 0; i < static_cast<int>(Region::count); ++i)
      visit(regions[i], reserved(static_cast<Region>(i)));
  }

  void count(Counter counter) const {
    header->counters[static_cast<int>(counter)].fetch_add(1, std::memory_order_relaxed);
  }
  /// As count(), and says so on stderr the first time.
  void count_and_say(Counter counter) const;

 private:
  bool commit_more(Region region, std::uint64_t bytes);
};

/// In a forked child: threads that were growing stayed behind.
void nobody_grows();

extern Segment segment;

/// The plan of a segment whose tables may together hold `memory` bytes: fills the extents
/// (nothing committed) and returns the address space needed.
std::uint64_t plan_regions(std::uint64_t memory, RegionExtent* regions);

/// Reserves address space for `memory` bytes of tables and commits the header.
/// `fd` −1: private memory; else a file that is already ftruncated to plan_regions(): shared pages.
/// False: the system refused. Called by life/ only.
bool make_segment(std::uint64_t memory, int fd, Segment* out);

}  // namespace leakhook::ledger
