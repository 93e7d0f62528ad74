// SPDX-License-Identifier: Apache-2.0
// How the words of memory lead from the roots to the blocks, and from lost blocks to others.
#include "marker.h"

namespace leakhook::mark {

namespace {

constexpr std::uint64_t kWord = 8;
constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << BlockIndex::kAddressBits) - 1;
/// Words that are looked at before it is asked again whether enough wait.
constexpr std::uint64_t kStride = 64;
/// How many lines are under way.
constexpr std::uint32_t kAhead = 16;
/// How many places ahead in the queue pages are prepared: their lines, then their blocks.
constexpr std::uint32_t kFar = 8;
constexpr std::uint32_t kNear = 3;

constexpr std::uint64_t round_up(std::uint64_t address) { return (address + kWord - 1) & -kWord; }
constexpr std::uint64_t round_down(std::uint64_t address) { return address & -kWord; }

}  // namespace

bool Marker::make_tables() {
  facts_.blocks = blocks_.count();
  low_ = blocks_.low();
  span_ =
      blocks_.count() == 0 ? 0 : blocks_.high() - blocks_.low() + 1;  // new T[0] may point behind
  unreadable_.keep_if([this](Range range) { return blocks_.has_block_in(range); });
  return queue_.take(blocks_.pages(), blocks_.pages_with_blocks()) &&
         met_inside_.take(blocks_.count()) && listed_.take(blocks_.count());
}

/// A block that nothing led to before.
template <Marker::Step kStep>
inline void Marker::find(Spot spot) {
  if (kStep == Step::lost) return join(listed_.index_of(blocks_.number_of(spot)));
  blocks_.set_found(spot);
  if (kStep == Step::possible) listed_.add(blocks_.number_of(spot));
  queue_.put(spot.page);
}

/// The address is not where a block begins.
template <Marker::Step kStep>
[[gnu::noinline]] void Marker::meet_inside(std::uint64_t address, std::uint32_t page) {
  Spot spot;
  if (!blocks_.is_touched(page) || !blocks_.last_start(address, &spot) || blocks_.is_found(spot))
    return;
  const std::uint32_t number = blocks_.number_of(spot);
  const std::uint64_t start = blocks_.address_of(spot);
  const std::uint64_t size = blocks_.size_of(number);
  if (address > start + size) return;
  const bool can_be_read = unreadable_.is_empty() || !unreadable_.has_any_in({start, start + size});
  if (address == start + size && !(can_be_read && Interior::is_empty_array(start, size))) return;
  if (kStep == Step::reachable && address < start + size &&
      !(can_be_read && interior_.is_as_good_as_start(address, start, size)))
    return met_inside_.add(number);
  find<kStep>(spot);
}

template <Marker::Step kStep>
inline void Marker::meet(std::uint64_t address, std::uint32_t page) {
  const Spot spot{page, blocks_.grain_of(address)};
  const Line& line = blocks_.line(page);
  if ((line.starts[spot.word()] & spot.bit()) == 0 || !blocks_.is_at_grain(address)) {
    meet_inside<kStep>(address, page);
  } else if ((line.found[spot.word()] & spot.bit()) == 0) {
    find<kStep>(spot);
  }
}

/// All words that wait, each a few lines behind the question for its own.
template <Marker::Step kStep>
void Marker::follow() {
  const std::uint32_t count = waiting_count_;
  waiting_count_ = 0;
  for (std::uint32_t i = 0; i < count + kAhead; ++i) {
    if (i < count) {
      waiting_pages_[i] = blocks_.page_of(waiting_[i]);
      __builtin_prefetch(&blocks_.line(waiting_pages_[i]));
    }
    if (i >= kAhead) meet<kStep>(waiting_[i - kAhead], waiting_pages_[i - kAhead]);
  }
}

template <Marker::Step kStep>
__attribute__((no_sanitize("address"), no_sanitize("thread"))) void Marker::scan(
    std::uint64_t from, std::uint64_t end) {
  const std::uint64_t low = low_;
  const std::uint64_t span = span_;
  const auto* at = reinterpret_cast<const std::uint64_t*>(round_up(from));
  const auto* const last = reinterpret_cast<const std::uint64_t*>(round_down(end));
  while (at < last) {
    if (waiting_count_ > kMostWaiting - kStride) follow<kStep>();
    const auto* const stop = last - at > static_cast<long>(kStride) ? at + kStride : last;
    std::uint64_t* to = waiting_ + waiting_count_;
    for (; at < stop; ++at) {  // without a branch on what the words are
      *to = *at & kAddressMask;
      to += *to - low < span;
    }
    waiting_count_ = static_cast<std::uint32_t>(to - waiting_);
  }
}

template <Marker::Step kStep>
inline void Marker::scan_block(std::uint64_t start, std::uint64_t size) {
  const std::uint64_t end = start + size;
  facts_.heap_bytes_scanned += size;
  if (unreadable_.is_empty()) [[likely]]
    return scan<kStep>(start, end);
  const Range* hole = unreadable_.first_behind(start);
  for (; hole != unreadable_.end() && hole->start < end; start = hole++->end)
    if (start < hole->start) scan<kStep>(start, hole->start);
  if (start < end) scan<kStep>(start, end);
}

/// All blocks of the page that were found since it was scanned last.
template <Marker::Step kStep>
void Marker::scan_page(std::uint32_t number) {
  Page& page = blocks_.page(number);
  const Line& line = blocks_.line(number);
  for (std::uint32_t word = 0; word < 4; ++word) {
    std::uint64_t fresh = line.found[word] & ~page.scanned[word];
    page.scanned[word] |= fresh;
    for (; fresh != 0; fresh &= fresh - 1) {
      const Spot spot{number, word * 64 + static_cast<std::uint32_t>(std::countr_zero(fresh))};
      scan_block<kStep>(blocks_.address_of(spot), blocks_.size_of(blocks_.number_of(spot)));
    }
  }
}

/// Has the cache fetch what is needed soon. Inlined always: a function that only prefetches has no
/// effect that the compiler knows of, and calls of it are left out.
[[gnu::always_inline]] inline void Marker::look_ahead() const {
  std::uint32_t page;
  if (queue_.look(kFar, &page)) blocks_.ask_for(page);
  if (!queue_.look(kNear, &page)) return;
  const Page& near = blocks_.page(page);
  const Line& line = blocks_.line(page);
  for (std::uint32_t word = 0; word < 4; ++word) {
    std::uint64_t fresh = line.found[word] & ~near.scanned[word];
    for (; fresh != 0; fresh &= fresh - 1) {
      const Spot spot{page, word * 64 + static_cast<std::uint32_t>(std::countr_zero(fresh))};
      __builtin_prefetch(reinterpret_cast<const void*>(blocks_.address_of(spot)));
      blocks_.ask_for_size(blocks_.number_of(spot));
    }
  }
}

template <Marker::Step kStep>
void Marker::drain() {
  while (!queue_.is_empty() || waiting_count_ > 0) {
    if (queue_.is_empty()) follow<kStep>();
    if (queue_.is_empty()) continue;
    const std::uint32_t page = queue_.pop();
    look_ahead();
    scan_page<kStep>(page);
  }
}

void Marker::scan_roots(const void* from, std::uint64_t bytes) {
  const auto start = reinterpret_cast<std::uint64_t>(from);
  facts_.root_bytes += bytes;
  scan<Step::reachable>(start, start + bytes);
}

void Marker::scan_roots_between_blocks(const void* from, std::uint64_t bytes) {
  const auto start = reinterpret_cast<std::uint64_t>(from);
  std::uint64_t end = start + bytes;
  Spot spot;
  while (start < end && blocks_.last_start(end - 1, &spot)) {
    const std::uint64_t block = blocks_.address_of(spot);
    const std::uint64_t behind = block + blocks_.size_of(blocks_.number_of(spot));
    const std::uint64_t first = behind > start ? behind : start;
    if (first < end) scan_roots(reinterpret_cast<const void*>(first), end - first);
    end = block;
  }
  if (start < end) scan_roots(from, end - start);
}

/// From here on everything that is found is possible.
void Marker::begin_with_met_inside() {
  blocks_.for_each_page([this](std::uint32_t page) {
    blocks_.for_each_unfound(page, [this](Spot spot, std::uint32_t number) {
      if (met_inside_.has(number)) find<Step::possible>(spot);
    });
  });
}

void Marker::describe(Spot spot, std::uint32_t number) {
  const bool is_found = blocks_.is_found(spot);
  const std::uint32_t index = listed_.index_of(number);
  records_[index] = {
      blocks_.address_of(spot),
      ReachRecord::encode(blocks_.size_of(number), is_found ? Reach::possible : Reach::definite),
      blocks_.stack_of(number), is_found ? kNoLeader : index};
}

bool Marker::list_unreachable() {
  blocks_.for_each_page([this](std::uint32_t page) {
    blocks_.for_each_unfound(page, [this](Spot, std::uint32_t number) { listed_.add(number); });
  });
  if (!listed_.count_up() || !records_.take(listed_.count()) || !hanging_.take(listed_.count()))
    return false;
  blocks_.for_each_page([this](std::uint32_t page) {
    if (!listed_.has_any(blocks_.first_in(page), blocks_.count_in(page))) return;
    blocks_.for_each_in(page, [this](Spot spot, std::uint32_t number) {
      if (listed_.has(number)) describe(spot, number);
    });
  });
  return true;
}

void Marker::join(std::uint32_t index) {
  ReachRecord& record = records_[index];
  if (index == leader_ || record.reach() != Reach::definite) return;
  record.size_and_reach = ReachRecord::encode(record.size(), Reach::indirect);
  record.leader = leader_;
  hanging_[hanging_count_++] = index;
}

/// Each lost block in turn leads what it reaches, former leaders too. What already hangs below a
/// former leader stays there, and comes along.
void Marker::hang_below_leaders() {
  for (leader_ = 0; leader_ < listed_.count(); ++leader_) {
    if (records_[leader_].reach() != Reach::definite) continue;
    hanging_[0] = leader_;
    hanging_count_ = 1;
    while (hanging_count_ > 0) {
      const ReachRecord& record = records_[hanging_[--hanging_count_]];
      scan_block<Step::lost>(record.address, record.size());
      if (hanging_count_ == 0) follow<Step::lost>();
    }
  }
}

/// A leader that came to hang below another one passes on what hangs below it.
void Marker::settle_leaders() {
  for (std::uint32_t i = 0; i < listed_.count(); ++i) {
    if (records_[i].reach() != Reach::indirect) continue;
    std::uint32_t top = records_[i].leader;
    while (records_[top].leader != top) top = records_[top].leader;
    for (std::uint32_t at = i; at != top;) {
      const std::uint32_t above = records_[at].leader;
      records_[at].leader = top;
      at = above;
    }
  }
}

bool Marker::finish() {
  drain<Step::reachable>();
  begin_with_met_inside();
  drain<Step::possible>();
  if (!list_unreachable()) return false;
  hang_below_leaders();
  settle_leaders();
  return true;
}

Range Marker::block_of(std::uint64_t address) const {
  Spot spot;
  if (address >= std::uint64_t{1} << BlockIndex::kAddressBits ||
      !blocks_.last_start(address, &spot))
    return {0, 0};
  const std::uint64_t start = blocks_.address_of(spot);
  const std::uint64_t size = blocks_.size_of(blocks_.number_of(spot));
  return address - start < size ? Range{start, start + size} : Range{0, 0};
}

}  // namespace leakhook::mark
