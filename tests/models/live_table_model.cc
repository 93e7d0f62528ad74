// SPDX-License-Identifier: Apache-2.0
// Does the live table lose, invent or tear a record, whoever comes between? Owners insert and
// withdraw in a group that is nearly full, the keeper copies it (life/stream.cc), the table grows
// while others do, and one of them dies at any step.
#include "../../preload/ledger/live_table.h"
#include "../../preload/ledger/probe.h"
#include "../../preload/ledger/sample_filter.h"
#include "models.h"

namespace leakhook::models {
namespace {

using explore::check;
using explore::Scenario;
using ledger::segment;
namespace live_table = ledger::live_table;

constexpr std::uint64_t kA = 0x7f0000000000;
constexpr std::uint64_t kClose = kA + 16;  // of one home, until their piece is known to be dense
constexpr std::uint64_t kFar = kA + 4096;  // of the same piece
constexpr std::uint64_t kStranger = 0x10;  // fills what shall be full

std::uint64_t value_for(std::uint64_t key) {
  return LiveValue{key % 1000, static_cast<StackId>(key % 7919), 1}.encode();
}

LiveRecord* group_of(LiveRecord& record) {
  const auto index = &record - segment.records<LiveRecord>(Region::live);
  return segment.records<LiveRecord>(Region::live) +
         index / live_table::kGroup * live_table::kGroup;
}

LiveRecord& home_of(std::uint64_t address, unsigned density = 0) {
  return live_table::home_in(live_table::levels[0].load(), address, density);
}

LiveRecord* home_group(std::uint64_t address, unsigned density = 0) {
  return group_of(home_of(address, density));
}

std::uint64_t kB = 0;  ///< has the home of kA, and lies in another piece

std::uint64_t find_twin() {
  std::uint64_t twin = kA + (1u << live_table::kPageBits);
  while (&home_of(twin) != &home_of(kA)) twin += 32;
  return twin;
}

/// Where a record goes that finds its home group full: as insert_elsewhere() has it.
LiveRecord* other_group(std::uint64_t address) {
  const std::uint64_t hash = ledger::mix(address);
  LiveRecord* page = live_table::levels[0].load().page(hash);
  return page + hash % live_table::kInPage / live_table::kGroup * live_table::kGroup;
}

/// All of a group but `free` records are taken.
void fill(LiveRecord* group, std::uint64_t free) {
  for (std::uint64_t i = free; i < live_table::kGroup; ++i)
    group[i].key.store(live_key(kStranger + 16 * i, 1));
}

/// A table of one level, which may grow.
void start_small() {
  static const std::uint64_t reserved = segment.extent(Region::live).reserved.load();
  segment.extent(Region::live).reserved.store(reserved);
  live_table::prepare(segment);
  if (kB == 0) kB = find_twin();
  for (const std::uint64_t address : {kA, kB}) live_table::guess_for(address).store(0);
}

/// The same, but it stays as it is: only then a small table looks at other groups.
void start_without_growth() {
  start_small();
  segment.extent(Region::live).reserved.store(segment.extent(Region::live).committed.load());
}

void insert(std::uint64_t address, std::uint32_t birth = 1) {
  const std::uint64_t key = live_key(address, birth);
  check(live_table::insert(key, value_for(key)), "there is room");
}

void withdraw(std::uint64_t address) {
  const live_table::Found found = live_table::withdraw(address);
  check(address_of_key(found.key) == address, "its owner finds what it put in");
  check(found.value == value_for(found.key), "a record is taken out whole");
}

/// As the keeper does.
void copy(const LiveRecord& record) {
  LiveRecord copied;
  copy_as_keeper(record, &copied);
  const std::uint64_t key = copied.key.load(), value = copied.value.load();
  check(key == 0 || address_of_key(key) < kA || value == value_for(key), "no copy is torn");
}

void copy_slots(std::uint64_t address, std::uint64_t count) {
  LiveRecord* group = home_group(address);
  for (std::uint64_t i = 0; i < count; ++i) copy(group[i]);
}

/// How many records of an address there are, wherever they lie.
int count_of(std::uint64_t address) {
  int count = 0;
  const std::uint64_t records = segment.header->live_buckets.load() * 4;
  for (std::uint64_t i = 0; i < records; ++i)
    count += address_of_key(segment.records<LiveRecord>(Region::live)[i].key.load()) == address;
  return count;
}

void nothing_is_left() {
  if (explore::was_killed()) return;
  for (const std::uint64_t address : {kA, kB}) check(count_of(address) == 0, "no record is left");
}

Scenario a_slot_passes_on() {
  return {"live table: one slot, two owners, the keeper reads",
          [] {
            start_small();
            fill(home_group(kA), 1);
          },
          {[] { insert(kA), withdraw(kA); }, [] { insert(kB), withdraw(kB); },
           [] { copy_slots(kA, 1); }},
          nothing_is_left,
          3,
          0};
}

Scenario there_and_back() {
  return {"live table: a slot goes to another block and back while the keeper reads",
          [] {
            start_small();
            fill(home_group(kA), 1);
            insert(kA, 1);
          },
          {[] {
             withdraw(kA), insert(kB, 2), withdraw(kB);
             insert(kA, 1);  // the same key, within its second
           },
           [] { copy_slots(kA, 1); }},
          [] { check(count_of(kA) == 1, "the last owner's record is there"); },
          6};
}

Scenario overflowing() {
  return {"live table: two records outside of a full home group",
          [] {
            start_without_growth();
            fill(home_group(kA), 0);
          },
          {[] { insert(kA), withdraw(kA); }, [] { insert(kB), withdraw(kB); }},
          nothing_is_left,
          4,
          0};
}

Scenario growing() {
  return {"live table: two find it full at once, and it grows",
          [] {
            start_small();
            for (const std::uint64_t address : {kA, kB}) {
              fill(home_group(address), 0);
              fill(other_group(address), 0);
            }
          },
          {[] { insert(kA); }, [] { insert(kB), withdraw(kB); }},
          [] {
            check(live_table::newest.load() == 1 || explore::was_killed(), "it grew by one level");
            check(live_table::newest.load() <= 1, "it grew once");
            check(count_of(kB) == 0, "the one that lives withdrew");
            check(count_of(kA) == 1 || explore::was_killed(), "the other one's record is there");
            check(losses(Counter::live_table_full) == 0, "nothing was lost");
          },
          3,
          0};
}

Scenario getting_dense() {
  return {"live table: two blocks in one place, and the next ones beside them",
          [] {
            start_small();
            fill(home_group(kA), 2);
            fill(home_group(kA, 1), 1);
            fill(home_group(kClose, 1), 1);
          },
          {[] { insert(kA), withdraw(kA); }, [] { insert(kClose), withdraw(kClose); }},
          [] {
            if (explore::was_killed()) return;
            for (const std::uint64_t address : {kA, kClose})
              check(count_of(address) == 0, "no record is left");
          },
          3,
          1};
}

Scenario guessing_two_things() {
  return {"live table: a piece gets dense while another block of it goes to a new level",
          [] {
            start_small();
            fill(home_group(kFar), 0);
            fill(home_group(kFar, 1), 0);
            fill(home_group(kClose, 1), 1);
            insert(kA);
          },
          {[] { insert(kClose), withdraw(kClose); }, [] { insert(kFar), withdraw(kFar); }},
          [] {
            check(count_of(kClose) + count_of(kFar) == 0 || explore::was_killed(),
                  "no record is left");
          },
          4,
          1};
}

Scenario filtered() {
  return {"sample filter: two sampled blocks of one class",
          [] {
            start_small();
            ledger::sample_filter.turn_on();
          },
          {[] {
             ledger::sample_filter.raise(kA), insert(kA);
             const auto* block = reinterpret_cast<const void*>(kA);
             check(!ledger::sample_filter.has_surely_not(block), "its owner is sent to the table");
             withdraw(kA), ledger::sample_filter.lower(kA);
           },
           [] { ledger::sample_filter.raise(kA), ledger::sample_filter.lower(kA); }},
          [] {
            const bool is_zero = ledger::sample_filter.has_surely_not(reinterpret_cast<void*>(kA));
            check(is_zero || explore::was_killed(), "nothing is left");
          },
          4,
          1};
}

}  // namespace

std::vector<Scenario> live_table_scenarios() {
  return {a_slot_passes_on(), there_and_back(),      overflowing(), growing(),
          getting_dense(),    guessing_two_things(), filtered()};
}

}  // namespace leakhook::models
