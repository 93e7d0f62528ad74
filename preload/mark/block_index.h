// SPDX-License-Identifier: Apache-2.0
// Which block does a word of memory point to? All blocks of a heap, found by any address in them.
//
// Memory is cut into regions of 64 MiB, regions into pages of 256 grains, and each grain has a bit
// that says whether a block begins there:
//
//   address ─► directory[address / 64 MiB] = slot ─► line of the page: 256 bits "a block begins"
//                                                                      256 bits "it was found"
//
// so that one cache line decides about nearly every pointer. Blocks are numbered by rising address;
// a block's number is that of its page's first one, and the bits before its own. A grain has 16
// bytes, which is how far apart blocks begin; where an allocator has some at odd multiples of 8
// (8-byte blocks of jemalloc and others) all grains have 8 bytes, and pages half the size.
//
// Nothing is sorted: the blocks are shown three times, in any order, and every time they find their
// place by themselves.
#pragma once
#include <bit>
#include <cstdint>

#include "../base/room.h"
#include "../base/system.h"
#include "../contract/layout.h"
#include "ranges.h"

namespace leakhook::mark {

/// What one cache line knows of a page.
struct alignas(64) Line {
  std::uint64_t starts[4];
  std::uint64_t found[4];
};

/// What else is known of a page.
struct Page {
  std::uint64_t scanned[4];  ///< blocks whose bytes were looked at
  std::uint32_t first;       ///< number of the first block that begins here
  std::uint8_t before[4];    ///< how many begin before each of the four words of starts
};
static_assert(sizeof(Page) == 40);

/// A block: in which page, at which grain.
struct Spot {
  std::uint32_t page;
  std::uint32_t grain;
  std::uint32_t word() const { return grain >> 6; }
  std::uint64_t bit() const { return std::uint64_t{1} << (grain & 63); }
};

class BlockIndex {
 public:
  /// `for_each(visit)` calls visit(address, size, stack) for every block; it is called three times,
  /// and must show the same blocks each time. False: no memory, or too many blocks. Blocks that no
  /// program can have (not in the bits of user space, not at a multiple of 8) are left out.
  template <class ForEach>
  bool build(ForEach&& for_each) {
    if (!directory_.take(kRegions)) return false;
    for_each([this](std::uint64_t address, std::uint64_t size, StackId) { survey(address, size); });
    if (!make_tables()) return false;
    for_each([this](std::uint64_t address, std::uint64_t, StackId) { note_start(address); });
    number();
    for_each([this](std::uint64_t address, std::uint64_t size, StackId stack) {
      describe(address, size, stack);
    });
    return true;
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t pages() const { return lines_.count(); }
  std::uint64_t pages_with_blocks() const { return pages_with_blocks_; }

  /// Above this no block ends, below `low` none begins.
  std::uint64_t low() const { return low_; }
  std::uint64_t high() const { return high_; }

  /// The page of an address; any address of user space has one.
  std::uint32_t page_of(std::uint64_t address) const {
    return directory_[address >> kRegionBits] << region_pages_bits() |
           static_cast<std::uint32_t>((address & (kRegionSize - 1)) >> page_bits());
  }
  std::uint32_t grain_of(std::uint64_t address) const {
    return static_cast<std::uint32_t>(address >> grain_bits_ & 255);
  }
  bool is_at_grain(std::uint64_t address) const {
    return (address & ((std::uint64_t{1} << grain_bits_) - 1)) == 0;
  }
  std::uint64_t address_of(Spot spot) const {
    const std::uint32_t in_region = spot.page & ((1u << region_pages_bits()) - 1);
    return std::uint64_t{region_of_slot_[spot.page >> region_pages_bits()]} << kRegionBits |
           std::uint64_t{in_region} << page_bits() | std::uint64_t{spot.grain} << grain_bits_;
  }

  Line& line(std::uint32_t page) { return lines_[page]; }
  const Line& line(std::uint32_t page) const { return lines_[page]; }
  Page& page(std::uint32_t page) { return pages_[page]; }
  const Page& page(std::uint32_t page) const { return pages_[page]; }

  bool is_found(Spot spot) const {
    return (lines_[spot.page].found[spot.word()] & spot.bit()) != 0;
  }
  void set_found(Spot spot) { lines_[spot.page].found[spot.word()] |= spot.bit(); }

  std::uint32_t number_of(Spot spot) const {
    const std::uint64_t lower = lines_[spot.page].starts[spot.word()] & (spot.bit() - 1);
    return pages_[spot.page].first + pages_[spot.page].before[spot.word()] +
           static_cast<std::uint32_t>(std::popcount(lower));
  }
  std::uint64_t size_of(std::uint32_t number) const {
    return descriptions_[number] >> kStackIdBits;
  }
  StackId stack_of(std::uint32_t number) const {
    return static_cast<StackId>(descriptions_[number] & (kMaxStacks - 1));
  }

  /// Has the cache fetch what scanning a page needs.
  void ask_for(std::uint32_t page) const {
    __builtin_prefetch(&lines_[page]);
    __builtin_prefetch(&pages_[page]);
  }

  void ask_for_size(std::uint32_t number) const { __builtin_prefetch(&descriptions_[number]); }

  /// The last block that begins at this address or before it. Only there can the address be in a
  /// block. False: there is none.
  bool last_start(std::uint64_t address, Spot* out) const;

  /// False: surely no block has a byte in this page.
  bool is_touched(std::uint32_t page) const {
    return page >> region_pages_bits() == kInside || (touched_[page / 64] >> page % 64 & 1) != 0;
  }

  /// Whether some block begins in this range or reaches into it.
  bool has_block_in(Range range) const;

  /// Calls visit(page) for each page in which blocks begin, by rising address.
  template <class Visit>
  void for_each_page(Visit&& visit) const {
    for (std::uint64_t word = 0; word < begun_.count(); ++word)
      for (std::uint64_t bits = begun_[word]; bits != 0; bits &= bits - 1)
        visit(static_cast<std::uint32_t>(word * 64 + std::countr_zero(bits)));
  }

  /// How many blocks begin in a page, and the number of the first of them.
  std::uint32_t count_in(std::uint32_t page) const {
    return pages_[page].before[3] +
           static_cast<std::uint32_t>(std::popcount(lines_[page].starts[3]));
  }
  std::uint32_t first_in(std::uint32_t page) const { return pages_[page].first; }

  /// Calls visit(spot, number) for the blocks that begin in a page, by rising address; the second
  /// form for those that were not found yet.
  template <class Visit>
  void for_each_in(std::uint32_t page, Visit&& visit) const {
    for (std::uint32_t word = 0; word < 4; ++word)
      visit_bits(page, word, lines_[page].starts[word], visit);
  }
  template <class Visit>
  void for_each_unfound(std::uint32_t page, Visit&& visit) const {
    const Line& line = lines_[page];
    for (std::uint32_t word = 0; word < 4; ++word)
      visit_bits(page, word, line.starts[word] & ~line.found[word], visit);
  }

  static constexpr std::uint32_t kAddressBits = sys::kAddressBits;

 private:
  static constexpr std::uint32_t kRegionBits = 26;
  static constexpr std::uint64_t kRegionSize = std::uint64_t{1} << kRegionBits;
  static constexpr std::uint64_t kAddressEnd = std::uint64_t{1} << kAddressBits;
  static constexpr std::uint64_t kRegions = std::uint64_t{1} << (kAddressBits - kRegionBits);
  static constexpr std::uint32_t kMostSlots = 1u << 16;
  /// Slots of the directory. Both have lines of zeros.
  static constexpr std::uint32_t kNothing = 0;  ///< no block is here
  static constexpr std::uint32_t kInside = 1;   ///< none begins here, but some block reaches here
  static constexpr std::uint32_t kFirst = 2;    ///< from here on: slots of a region each

  std::uint32_t page_bits() const { return grain_bits_ + 8; }
  std::uint32_t region_pages_bits() const { return kRegionBits - page_bits(); }
  static bool is_possible(std::uint64_t address) {
    return address != 0 && address % 8 == 0 && address >> kAddressBits == 0;
  }

  /// Behind the last byte, and never behind user space.
  static std::uint64_t end_of(std::uint64_t address, std::uint64_t size);

  template <class Visit>
  void visit_bits(std::uint32_t page, std::uint32_t word, std::uint64_t bits, Visit&& visit) const {
    for (; bits != 0; bits &= bits - 1) {
      const Spot spot{page, word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits))};
      visit(spot, number_of(spot));
    }
  }
  void survey(std::uint64_t address, std::uint64_t size);
  bool make_tables();
  void note_start(std::uint64_t address);
  void number();
  void describe(std::uint64_t address, std::uint64_t size, StackId stack);
  void touch(std::uint64_t address, std::uint64_t last);
  void touch_in_region(std::uint64_t address, std::uint64_t last);
  std::uint32_t page_behind(std::uint64_t address) const;
  bool last_page_before(std::uint32_t page, std::uint32_t* out) const;
  bool last_in_page(std::uint32_t page, std::uint32_t grain, Spot* out) const;

  std::uint64_t count_ = 0;
  std::uint64_t pages_with_blocks_ = 0;
  std::uint64_t low_ = ~std::uint64_t{0};
  std::uint64_t high_ = 0;
  std::uint64_t last_ = 0;     ///< where the last block begins
  std::uint64_t offsets_ = 0;  ///< bit 3: some block begins at an odd multiple of 8
  std::uint32_t grain_bits_ = 4;
  std::uint32_t slots_ = 0;
  Room<std::uint32_t> directory_;       ///< by address / 64 MiB: slot
  Room<std::uint32_t> region_of_slot_;  ///< by slot: address / 64 MiB, rising
  Room<Line> lines_;                    ///< by page
  Room<Page> pages_;                    ///< by page
  Room<std::uint64_t> begun_;           ///< a bit for each page: blocks begin there
  Room<std::uint64_t> touched_;         ///< a bit for each page: some byte there is in a block
  Room<std::uint64_t> descriptions_;    ///< by number: size << kStackIdBits | stack
};

}  // namespace leakhook::mark
