// SPDX-License-Identifier: Apache-2.0
// Heap blocks: acquired, released, withdrawn and restored.
#include "attention.h"
#include "ledger.h"
#include "live_table.h"
#include "moment.h"
#include "sampler.h"
#include "stack_table.h"

namespace leakhook::ledger {
namespace {

std::uint64_t number(const void* address) { return reinterpret_cast<std::uint64_t>(address); }

/// Writes a block down, and that its stack acquired `objects` of together `bytes` bytes.
[[gnu::always_inline]] inline void record(const Caller& caller, const void* address,
                                          std::size_t size, std::uint64_t objects,
                                          std::uint64_t bytes) {
  const Moment moment = take_moment(caller);
  if (moment.stack != 0) [[likely]]
    stack_table::count(moment.stack, this_thread.shard - 1, objects, bytes);
  const LiveValue value{size, moment.stack, moment.thread};
  live_table::insert(live_key(number(address), moment.birth), value.encode());
}

[[gnu::noinline]] void record_if_sampled(const Caller& caller, const void* address,
                                         std::size_t size) {
  const std::uint64_t mean = segment.sample_bytes;
  if (!sampler::takes(size, mean)) return;
  const double weight = sampler::weight(size, mean);
  record(caller, address, size, sampler::round_fairly(weight),
         sampler::round_fairly(weight * static_cast<double>(size)));
}

}  // namespace

// One function for the whole road: what it calls is compiled into it, but for the rare ways.
[[gnu::flatten]] void acquired_block(const Caller& caller, const void* address, std::size_t size) {
  if (!may_record_kind(Kind::heap)) return;
  if (segment.sample_bytes > 1) return record_if_sampled(caller, address, size);
  record(caller, address, size, 1, size);
}

void released_block(const void* address) { (void)withdraw_block(address); }

WithdrawnBlock withdraw_block(const void* address) {
  if (address == nullptr || !may_record(Event::release)) return {};
  if ((segment.kinds & bit_of(Kind::heap)) == 0) return {};
  const live_table::Found found = live_table::withdraw(number(address));
  if (found.key == 0 && segment.sample_bytes <= 1) [[unlikely]]
    segment.count(Counter::unknown_releases);
  return {found.key, found.value};
}

void restore_block(const WithdrawnBlock& block) {
  if (block.key != 0 && may_record(Event::release)) live_table::insert(block.key, block.value);
}

void lost(Counter counter) {
  if (segment.header != nullptr) segment.count(counter);
}

void thread_vforks() {
  (void)may_record(Event::release);  // a forked child is born before its memory is borrowed
  this_thread.vforked = 1;
}

}  // namespace leakhook::ledger
