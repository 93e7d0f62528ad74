// SPDX-License-Identifier: Apache-2.0
// Looking marks up and appending new ones.
#include "marks.h"

#include <cstring>

#include "attention.h"
#include "patience.h"
#include "stack_table.h"

namespace leakhook::ledger {
namespace marks {
namespace {

/// The rest of the record stays zero. The end of a name tells tests of one suite apart.
void copy_end(MarkRecord* to, const char* text) {
  constexpr std::size_t kMost = sizeof to->text - 1;
  const std::size_t size = std::strlen(text);
  std::memcpy(to->text, size <= kMost ? text : text + size - kMost, size <= kMost ? size : kMost);
  if (size > kMost) std::memcpy(to->text, "...", 3);
}

/// Whoever appends. Whoever cannot have it (its holder was cancelled) goes without a mark: counted.
constinit std::atomic<bool> is_appending{false};

/// 0: not there.
MarkId find(const MarkRecord& wanted) {
  const auto* table = segment.records<MarkRecord>(Region::marks);
  // acquire pairs with append(): text, then count
  const std::uint64_t used = segment.extent(Region::marks).used.load(std::memory_order_acquire);
  for (std::uint64_t i = 1; i < used; ++i)
    if (std::memcmp(&table[i], &wanted, sizeof wanted) == 0) return static_cast<MarkId>(i);
  return 0;
}

/// 0: full. Requires: is_appending is ours.
MarkId append(const MarkRecord& wanted) {
  if (const MarkId known = find(wanted)) return known;
  RegionExtent& extent = segment.extent(Region::marks);
  const std::uint64_t used = extent.used.load(std::memory_order_relaxed);
  if (used >= kMaxMarks || !segment.commit(Region::marks, (used + 1) * sizeof(MarkRecord)))
    return 0;
  segment.records<MarkRecord>(Region::marks)[used] = wanted;
  extent.used.store(used + 1, std::memory_order_release);  // pairs with find()
  return static_cast<MarkId>(used);
}

}  // namespace

void reset() { is_appending.store(false, std::memory_order_relaxed); }

void prepare() {
  reset();
  segment.extent(Region::marks).used.store(1, std::memory_order_relaxed);
  stack_table::set_mark(0);
}

MarkId intern(const char* text) {
  if (text == nullptr || text[0] == 0) return 0;
  MarkRecord wanted{};
  copy_end(&wanted, text);
  if (const MarkId known = find(wanted)) return known;
  Patience patience;
  bool is_mine;
  do
    is_mine =
        !is_appending.exchange(true, std::memory_order_acquire);  // pairs with the store below
  while (!is_mine && patience.lasts());
  const MarkId mark = is_mine ? append(wanted) : 0;
  if (is_mine) is_appending.store(false, std::memory_order_release);
  if (mark == 0) segment.count_and_say(Counter::mark_table_full);
  return mark;
}

}  // namespace marks

void marked(const char* text) {
  // As a release: recording may be switched on before the next mark.
  if (may_record(Event::release)) stack_table::set_mark(marks::intern(text));
}

}  // namespace leakhook::ledger
