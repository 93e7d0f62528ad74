// SPDX-License-Identifier: Apache-2.0
// Looking names up and appending new ones.
#include "names.h"

#include <bit>

#include "../base/line.h"

namespace leakhook::ledger::names {
namespace {

/// A name as two words. The first one is written last: a name that is still being written reads as
/// the empty one, never as a shorter one than it will be.
struct NameWords {
  std::uint64_t first, second;
  static NameWords of(const char* text) {
    NameRecord record{};
    copy_text(record.text, text);
    return std::bit_cast<NameWords>(record);
  }
  /// Of the table, where others may write.
  static NameWords read(const NameRecord& at) {
    const std::uint64_t* words = reinterpret_cast<const std::uint64_t*>(&at);
    // acquire pairs with the release in write()
    const std::uint64_t first = __atomic_load_n(&words[0], __ATOMIC_ACQUIRE);
    return {first, __atomic_load_n(&words[1], __ATOMIC_RELAXED)};
  }
  void write(NameRecord* to) const {
    auto* words = reinterpret_cast<std::uint64_t*>(to);
    __atomic_store_n(&words[1], second, __ATOMIC_RELAXED);
    __atomic_store_n(&words[0], first, __ATOMIC_RELEASE);  // pairs with read()
  }
  bool operator==(const NameWords&) const = default;
};

}  // namespace

bool prepare() {
  segment.extent(Region::names).used.store(1, std::memory_order_relaxed);
  return segment.commit(Region::names, kMaxNames * sizeof(NameRecord));
}

NameId intern(const char* text) {
  const NameWords wanted = NameWords::of(text);
  if (wanted == NameWords{}) return 0;
  RegionExtent& extent = segment.extent(Region::names);
  auto* table = segment.records<NameRecord>(Region::names);
  const std::uint64_t used = extent.used.load(std::memory_order_acquire);
  for (std::uint64_t i = 1; i < used && i < kMaxNames; ++i)
    if (NameWords::read(table[i]) == wanted) return static_cast<NameId>(i);
  // A second thread may append the same name now: two ids for one name do no harm.
  const std::uint64_t index = extent.used.fetch_add(1, std::memory_order_acq_rel);
  if (index >= kMaxNames) {
    extent.used.store(kMaxNames, std::memory_order_relaxed);
    segment.count_and_say(Counter::name_table_full);
    return 0;
  }
  wanted.write(&table[index]);
  return static_cast<NameId>(index);
}

}  // namespace leakhook::ledger::names
