// SPDX-License-Identifier: Apache-2.0
// Heap blocks: acquired, released, withdrawn and restored.
#include "attention.h"
#include "ledger.h"
#include "live_table.h"
#include "misuses.h"
#include "moment.h"
#include "stack_table.h"

namespace leakhook::ledger {
namespace {

std::uint64_t number(const void* address) { return reinterpret_cast<std::uint64_t>(address); }

void count(const Moment& moment, std::uint64_t objects, std::uint64_t bytes) {
  stack_table::count(moment.stack, this_thread.shard - 1, objects, bytes);
}

std::uint64_t key_of(const void* address, const Moment& moment) {
  return live_key(number(address), moment.birth);
}

std::uint64_t value_of(std::size_t size, const Moment& moment) {
  return LiveValue{size, moment.stack, moment.thread}.encode();
}

// What sampled blocks need is kept away from the path of exact mode, which is short of nothing but
// instructions.

/// The filter first: its counter must never be below what the table holds.
void insert_sampled(std::uint64_t key, std::uint64_t value) {
  sample_filter.raise(address_of_key(key));
  if (!live_table::insert(key, value)) sample_filter.lower(address_of_key(key));
}

[[gnu::noinline]] void acquired_sampled_block(HookFrame hook, const void* address,
                                              std::size_t size) {
  // The sampler first: what it draws must not depend on who may record.
  if (!sampler::takes(size) || !may_record_kind(Kind::heap)) return;
  const Moment moment = take_moment(hook.caller());
  const double weight = sampling_weight(size, segment.sample_bytes);
  count(moment, sampler::round_fairly(weight),
        sampler::round_fairly(weight * static_cast<double>(size)));
  insert_sampled(key_of(address, moment), value_of(size, moment));
}

/// Blocks may live that no hook saw. Never taken back.
constinit std::atomic<bool> has_strangers{false};

/// Whether every block that lives is in the books: then a pointer that is not is none.
bool is_every_block_known() {
  constexpr Counter kLosses[] = {Counter::early_events, Counter::live_table_full};
  for (const Counter loss : kLosses)
    if (segment.header->counters[static_cast<int>(loss)].load(std::memory_order_relaxed) != 0)
      return false;
  return !has_strangers.load(std::memory_order_relaxed);
}

/// The stack is walked from here, through what called us: frames of ours are not shown.
[[gnu::noinline, gnu::cold]] void freed_unknown(std::uint64_t address) {
  segment.count(Counter::unknown_releases);
  if (!is_every_block_known() || !may_record(Event::acquire)) return;
  misuses::record(MisuseKind::foreign_free, take_moment(LEAKHOOK_CALLER),
                  {Kind::heap, address, 0, 0});
}

[[gnu::noinline]] void note_withdrawn(bool was_known, std::uint64_t address) {
  if (!sample_filter.is_on())
    freed_unknown(address);
  else if (was_known)
    sample_filter.lower(address);
}

}  // namespace

// One function for the whole road: what it calls is compiled into it, but for the rare ways.
[[gnu::flatten]] void acquired_due_block(HookFrame hook, const void* address, std::size_t size) {
  if (sample_filter.is_on()) [[unlikely]]
    return acquired_sampled_block(hook, address, size);
  if (!may_record(Event::acquire)) return;
  // Asked for now, its line is there when the stack has been walked.
  LiveRecord& home = live_table::home_for(number(address));
  __builtin_prefetch(&home, 1);
  const Moment moment = take_moment(hook.caller());
  count(moment, 1, size);
  live_table::insert(home, key_of(address, moment), value_of(size, moment));
}

[[gnu::flatten]] WithdrawnBlock withdraw_block(const void* address) {
  if (address == nullptr || !may_record(Event::release)) return {};
  const live_table::Found found = live_table::withdraw(number(address));
  if (sample_filter.is_on() || found.key == 0) [[unlikely]]
    note_withdrawn(found.key != 0, number(address));
  return {found.key, found.value};
}

void restore_block(const WithdrawnBlock& block) {
  if (block.key == 0 || !may_record(Event::release)) return;
  if (sample_filter.is_on()) return insert_sampled(block.key, block.value);
  live_table::insert(block.key, block.value);
}

void thread_forked() {
  sampler::forget_parents_samples();
  // Few blocks are looked at, and a file goes on changing with the parent until it is copied.
  if (segment.is_file && segment.sample_bytes > 1) (void)may_record(Event::release);
}

void heap_has_strangers() { has_strangers.store(true, std::memory_order_relaxed); }

void lost(Counter counter) {
  if (segment.header != nullptr) segment.count(counter);
}

void second_thread_comes() { is_threaded.store(true, std::memory_order_relaxed); }

void thread_vforks() {
  (void)may_record(Event::release);  // a forked child is born before its memory is borrowed
  this_thread.vforked = 1;
}

}  // namespace leakhook::ledger
