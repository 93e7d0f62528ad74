// SPDX-License-Identifier: Apache-2.0
// How the blocks find their places in the index, and which of them is the last before an address.
#include "block_index.h"

namespace leakhook::mark {

namespace {

/// The bits up to this one, this one included.
constexpr std::uint64_t up_to(std::uint32_t bit) { return ~std::uint64_t{0} >> (63 - bit); }

void set_bits(Room<std::uint64_t>& bits, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t word = first / 64; word <= last / 64; ++word) {
    const std::uint64_t from =
        word == first / 64 ? ~std::uint64_t{0} << first % 64 : ~std::uint64_t{0};
    bits[word] |= word == last / 64 ? from & up_to(last % 64) : from;
  }
}

}  // namespace

std::uint64_t BlockIndex::end_of(std::uint64_t address, std::uint64_t size) {
  return size < kAddressEnd - address ? address + size : kAddressEnd;
}

void BlockIndex::survey(std::uint64_t address, std::uint64_t size) {
  if (!is_possible(address)) return;
  ++count_;
  offsets_ |= address;
  if (address < low_) low_ = address;
  if (end_of(address, size) > high_) high_ = end_of(address, size);
  if (address > last_) last_ = address;
  directory_[address >> kRegionBits] = kFirst;
}

bool BlockIndex::make_tables() {
  if (count_ >= ~std::uint32_t{0}) return false;
  if (offsets_ & 8) grain_bits_ = 3;
  if (!region_of_slot_.take(kMostSlots)) return false;
  slots_ = kFirst;
  for (std::uint64_t region = low_ >> kRegionBits; region <= last_ >> kRegionBits; ++region) {
    if (directory_[region] == kNothing) continue;
    if (slots_ == kMostSlots) return false;
    region_of_slot_[slots_] = static_cast<std::uint32_t>(region);
    directory_[region] = slots_++;
  }
  const std::uint64_t pages = std::uint64_t{slots_} << region_pages_bits();
  if (!(lines_.take(pages) && pages_.take(pages) && begun_.take(pages / 64) &&
        touched_.take(pages / 64) && descriptions_.take(count_)))
    return false;
  descriptions_.expect_all_used();
  if (count_ < pages / 4) return true;  // perhaps many regions with a few blocks each
  lines_.expect_all_used();
  pages_.expect_all_used();
  return true;
}

void BlockIndex::note_start(std::uint64_t address) {
  if (!is_possible(address)) return;
  const Spot spot{page_of(address), grain_of(address)};
  lines_[spot.page].starts[spot.word()] |= spot.bit();
  begun_[spot.page / 64] |= std::uint64_t{1} << spot.page % 64;
}

void BlockIndex::number() {
  std::uint32_t next = 0;
  for_each_page([&](std::uint32_t number) {
    Page& page = pages_[number];
    page.first = next;
    std::uint32_t here = 0;
    for (int word = 0; word < 4; ++word) {
      page.before[word] = static_cast<std::uint8_t>(here);
      here += static_cast<std::uint32_t>(std::popcount(lines_[number].starts[word]));
    }
    next += here;
    ++pages_with_blocks_;
  });
  count_ = next;  // whoever was shown twice counts once
}

void BlockIndex::describe(std::uint64_t address, std::uint64_t size, StackId stack) {
  if (!is_possible(address)) return;
  const Spot spot{page_of(address), grain_of(address)};
  const std::uint64_t end = end_of(address, size);
  descriptions_[number_of(spot)] = (end - address) << kStackIdBits | (stack & (kMaxStacks - 1));
  // The end itself where new T[0] may point to it.
  const std::uint64_t last = size == 8 && end < kAddressEnd ? end
                             : end > address                ? end - 1
                                                            : address;
  touch(address, last);
}

void BlockIndex::touch(std::uint64_t address, std::uint64_t last) {
  while (address >> kRegionBits != last >> kRegionBits) {
    const std::uint64_t last_here = address | (kRegionSize - 1);
    touch_in_region(address, last_here);
    address = last_here + 1;
  }
  touch_in_region(address, last);
}

void BlockIndex::touch_in_region(std::uint64_t address, std::uint64_t last) {
  std::uint32_t& slot = directory_[address >> kRegionBits];
  if (slot == kNothing) slot = kInside;
  if (slot >= kFirst) set_bits(touched_, page_of(address), page_of(last));
}

bool BlockIndex::last_in_page(std::uint32_t page, std::uint32_t grain, Spot* out) const {
  std::uint64_t mask = up_to(grain & 63);
  for (int word = static_cast<int>(grain >> 6); word >= 0; --word, mask = ~std::uint64_t{0}) {
    const std::uint64_t starts = lines_[page].starts[word] & mask;
    if (starts == 0) continue;
    *out = {page, static_cast<std::uint32_t>(word * 64 + 63 - std::countl_zero(starts))};
    return true;
  }
  return false;
}

/// The last page before this one in which a block begins: in the slots, regions rise.
bool BlockIndex::last_page_before(std::uint32_t page, std::uint32_t* out) const {
  if (page == 0) return false;
  std::uint64_t mask = up_to((page - 1) % 64);
  for (std::uint64_t word = (page - 1) / 64 + 1; word-- > 0; mask = ~std::uint64_t{0}) {
    const std::uint64_t bits = begun_[word] & mask;
    if (bits == 0) continue;
    *out = static_cast<std::uint32_t>(word * 64 + 63 - std::countl_zero(bits));
    return true;
  }
  return false;
}

/// The first page behind all regions up to that of the address: where a search backwards begins
/// when the region itself has no slot.
std::uint32_t BlockIndex::page_behind(std::uint64_t address) const {
  const std::uint64_t region = address >> kRegionBits;
  std::uint32_t low = kFirst;
  std::uint32_t high = slots_;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (region_of_slot_[middle] <= region) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low << region_pages_bits();
}

bool BlockIndex::last_start(std::uint64_t address, Spot* out) const {
  std::uint32_t page = page_of(address);
  const bool has_slot = page >> region_pages_bits() >= kFirst;
  if (has_slot && last_in_page(page, grain_of(address), out)) return true;
  if (!has_slot) page = page_behind(address);
  return last_page_before(page, &page) && last_in_page(page, 255, out);
}

bool BlockIndex::has_block_in(Range range) const {
  Spot spot;
  if (range.end > kAddressEnd) range.end = kAddressEnd;
  if (range.start >= range.end || !last_start(range.end - 1, &spot)) return false;
  const std::uint64_t address = address_of(spot);
  return address >= range.start || address + size_of(number_of(spot)) > range.start;
}

}  // namespace leakhook::mark
