// SPDX-License-Identifier: Apache-2.0
// Looking marks up and appending new ones.
#include "marks.h"

#include <cstring>

#include "attention.h"
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

}  // namespace

void prepare() {
  segment.extent(Region::marks).used.store(1, std::memory_order_relaxed);
  stack_table::set_mark(0);
}

MarkId intern(const char* text) {
  if (text == nullptr || text[0] == 0) return 0;
  MarkRecord wanted{};
  copy_end(&wanted, text);
  RegionExtent& extent = segment.extent(Region::marks);
  auto* table = segment.records<MarkRecord>(Region::marks);
  std::uint64_t used = extent.used.load(std::memory_order_acquire);
  for (std::uint64_t i = 1; i < used; ++i)
    if (std::memcmp(&table[i], &wanted, sizeof wanted) == 0) return static_cast<MarkId>(i);
  // A second thread may append the same mark now: two ids for one text do no harm.
  do {
    if (used >= kMaxMarks || !segment.commit(Region::marks, (used + 1) * sizeof(MarkRecord))) {
      segment.count_and_say(Counter::mark_table_full);
      return 0;
    }
  } while (!extent.used.compare_exchange_weak(used, used + 1, std::memory_order_acq_rel));
  table[used] = wanted;
  return static_cast<MarkId>(used);
}

}  // namespace marks

void marked(const char* text) {
  // As a release: recording may be switched on before the next mark.
  if (may_record(Event::release)) stack_table::set_mark(marks::intern(text));
}

}  // namespace leakhook::ledger
