// SPDX-License-Identifier: Apache-2.0
// Which blocks can the program still reach? A conservative mark over memory that nobody changes.
//
// Runs in a process that has a frozen copy of the service's memory, and does not care how it came
// by it. libc alone, no lock, nothing of the heap: tables of its own, for which memory may be
// refused. Reads no byte but those of the blocks, the roots and the modules that it was told of.
//
//   Marker marker;
//   marker.know_module(...), marker.know_unreadable(...)  any number of times, cheap by rising
//   address marker.index(for_each_block)                          from here on the blocks are known
//   marker.scan_roots(...), marker.root_word(...)         any number of times
//   marker.finish()                                       marker.records() are the unreachable
//   blocks
//
// A pointer is an aligned word whose lower 47 bits (48 on AArch64) are an address in a block. What
// stands in the upper bits is not looked at: tags that the processor ignores, and counters that
// lock-free lists keep there. A pointer one past the end is none.
#pragma once
#include <cstdint>

#include "../base/room.h"
#include "../contract/reach.h"
#include "block_index.h"
#include "interior.h"
#include "number_set.h"
#include "page_queue.h"
#include "ranges.h"

namespace leakhook::mark {

struct Facts {
  std::uint64_t blocks;
  std::uint64_t root_bytes;          ///< scanned as roots
  std::uint64_t heap_bytes_scanned;  ///< of blocks, lost ones too
};

class Marker {
 public:
  /// A readable mapping of a file: tables of virtual functions are looked for there, and functions
  /// where it is code. False: no memory.
  bool know_module(Range range, bool is_code) { return interior_.know_module(range, is_code); }
  /// Memory that may not be read or does not exist, though blocks have bytes there (guard pages
  /// that a program puts into its block). Before index(). False: no memory.
  bool know_unreadable(Range range) { return unreadable_.add(range); }

  /// `for_each(visit)` calls visit(address, size, stack) for every block, in any order; it is
  /// called three times and must show the same blocks each time. Requires: blocks do not overlap.
  /// False: no memory, or too many blocks.
  template <class ForEach>
  bool index(ForEach&& for_each) {
    return blocks_.build(for_each) && make_tables();
  }

  /// Whether some block begins in this range or reaches into it.
  bool has_block_in(Range range) const { return blocks_.has_block_in(range); }

  /// The block that has this address; an empty range: none has.
  Range block_of(std::uint64_t address) const;

  /// The aligned words of this memory are roots, whatever it belongs to. Requires: it can be read.
  void scan_roots(const void* from, std::uint64_t bytes);
  /// The same without the bytes of blocks, which count only once their block is found: for memory
  /// of which not all blocks are known, as in a sampled heap.
  void scan_roots_between_blocks(const void* from, std::uint64_t bytes);
  void root_word(std::uint64_t word) { scan_roots(&word, sizeof(word)); }

  /// Marks to the end and finds the words for what is left. False: no memory for the records.
  bool finish();

  /// The blocks that are not reachable, by rising address; in memory that lives as long as this.
  const ReachRecord* records() const { return records_.begin(); }
  std::uint64_t count() const { return listed_.count(); }
  const Facts& facts() const { return facts_; }

 private:
  /// What becomes of a block that a pointer leads to.
  enum class Step {
    reachable,  ///< it is reachable, or remembered for the next step
    possible,   ///< it is possible
    lost,       ///< it hangs below leader_
  };

  bool make_tables();
  template <Step kStep>
  void scan(std::uint64_t from, std::uint64_t end);
  template <Step kStep>
  void scan_block(std::uint64_t start, std::uint64_t size);
  template <Step kStep>
  void scan_page(std::uint32_t number);
  template <Step kStep>
  void drain();
  void look_ahead() const;
  template <Step kStep>
  void follow();
  template <Step kStep>
  void meet(std::uint64_t address, std::uint32_t page);
  template <Step kStep>
  void meet_inside(std::uint64_t address, std::uint32_t page);
  template <Step kStep>
  void find(Spot spot);
  void begin_with_met_inside();
  bool list_unreachable();
  void describe(Spot spot, std::uint32_t number);
  void hang_below_leaders();
  void join(std::uint32_t index);
  void settle_leaders();

  /// Words that look like pointers are followed this many at a time, so that their lines arrive
  /// while others are looked at.
  static constexpr std::uint32_t kMostWaiting = 1024;

  BlockIndex blocks_;
  Interior interior_;
  Ranges unreadable_;
  PageQueue queue_;
  NumberSet met_inside_;  ///< by interior pointers of reachable memory
  NumberSet listed_;      ///< those that get a record
  Room<ReachRecord> records_;
  Room<std::uint32_t> hanging_;  ///< indices of records that hang below leader_, to be scanned
  std::uint32_t hanging_count_ = 0;
  std::uint32_t leader_ = 0;
  Facts facts_{};
  std::uint64_t low_ = 0;   ///< where the first block begins
  std::uint64_t span_ = 0;  ///< from there to the last address that is of interest
  std::uint32_t waiting_count_ = 0;
  std::uint64_t waiting_[kMostWaiting];
  std::uint32_t waiting_pages_[kMostWaiting];
};

}  // namespace leakhook::mark
