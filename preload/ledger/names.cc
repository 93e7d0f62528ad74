// SPDX-License-Identifier: Apache-2.0
// Looking names up and appending new ones.
#include "names.h"

#include <cstring>

#include "../base/line.h"

namespace leakhook::ledger::names {

bool prepare() {
  segment.extent(Region::names).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::names, kMaxNames * sizeof(NameRecord));
}

NameId intern(const char* text) {
  NameRecord wanted{};
  copy_text(wanted.text, text);
  if (wanted.text[0] == 0) return 0;
  RegionExtent& extent = segment.extent(Region::names);
  auto* table = segment.records<NameRecord>(Region::names);
  const std::uint64_t used = extent.used.load(std::memory_order_acquire);
  for (std::uint64_t i = 1; i < used && i < kMaxNames; ++i)
    if (std::memcmp(&table[i], &wanted, sizeof wanted) == 0) return static_cast<NameId>(i);
  // A second thread may append the same name now: two ids for one name do no harm.
  const std::uint64_t index = extent.used.fetch_add(1, std::memory_order_acq_rel);
  if (index >= kMaxNames) {
    extent.used.store(kMaxNames, std::memory_order_relaxed);
    segment.count_and_say(Counter::name_table_full);
    return 0;
  }
  table[index] = wanted;
  return static_cast<NameId>(index);
}

}  // namespace leakhook::ledger::names
