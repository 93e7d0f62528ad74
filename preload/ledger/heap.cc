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

void count_allocation(StackId stack, std::size_t size) {
  if (stack == 0) return;
  const std::uint64_t mean = segment.sample_bytes;
  if (mean <= 1) return stack_table::count(stack, my_shard(), 1, size);
  const double weight = sampler::weight(size, mean);
  stack_table::count(stack, my_shard(), sampler::round_fairly(weight),
                     sampler::round_fairly(weight * static_cast<double>(size)));
}

}  // namespace

void acquired_block(const Caller& caller, const void* address, std::size_t size) {
  if (address == nullptr || !may_record_kind(Kind::heap)) return;
  if (segment.sample_bytes > 1 && !sampler::takes(size, segment.sample_bytes)) return;
  const Moment moment = take_moment(caller);
  count_allocation(moment.stack, size);
  const LiveValue value{size, moment.stack, moment.thread};
  live_table::insert(live_key(number(address), moment.birth), value.encode());
}

void released_block(const void* address) { (void)withdraw_block(address); }

WithdrawnBlock withdraw_block(const void* address) {
  if (address == nullptr || !may_record(Event::release)) return {};
  if ((segment.kinds & bit_of(Kind::heap)) == 0) return {};
  const live_table::Found found = live_table::withdraw(number(address));
  if (found.key == 0 && segment.sample_bytes <= 1) segment.count(Counter::unknown_releases);
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
