// SPDX-License-Identifier: Apache-2.0
// Taking the stack, the time and the thread's name for a record.
#include "moment.h"

#include "../base/system.h"
#include "attention.h"
#include "stack_table.h"

namespace leakhook::ledger {
namespace {

/// Frames of one stack. Deeper ones are cut at their outer end and counted.
constexpr std::size_t kMaxFrames = 512;
/// Stack that must be left before frames are collected on it.
constexpr std::uint64_t kRoom = 64 * 1024;

struct Scratch {
  std::atomic<bool> is_taken;
  unwind::Address frames[kMaxFrames];
};
/// For threads on small, alternate and coroutine stacks.
constinit Scratch scratch_pool[64]{};

Scratch* take_scratch() {
  for (Scratch& scratch : scratch_pool)
    if (!scratch.is_taken.load(std::memory_order_relaxed) &&
        !scratch.is_taken.exchange(true, std::memory_order_acquire))
      return &scratch;  // pairs with the release in stack_on_scratch()
  return nullptr;
}

StackId walk(const Caller& caller, std::span<unwind::Address> frames) {
  const unwind::StackBounds bounds{this_thread.stack_low, this_thread.stack_high};
  const unwind::Captured captured = unwind::capture(caller, bounds, frames);
  if (captured.end != unwind::End::outermost) [[unlikely]] {
    segment.count(captured.end == unwind::End::cut ? Counter::stacks_cut
                                                   : Counter::stacks_unfinished);
  }
  return stack_table::intern(frames.first(captured.count), captured.end);
}

[[gnu::noinline]] StackId stack_here(const Caller& caller) {
  unwind::Address frames[kMaxFrames];
  return walk(caller, frames);
}

[[gnu::noinline]] StackId stack_on_scratch(const Caller& caller) {
  Scratch* scratch = take_scratch();
  if (scratch == nullptr) {
    segment.count(Counter::no_stack);
    return 0;
  }
  const StackId stack = walk(caller, scratch->frames);
  scratch->is_taken.store(false, std::memory_order_release);
  return stack;
}

std::uint32_t birth_now() {
  const Header& header = *segment.header;
  const std::uint64_t age = sys::nanoseconds(CLOCK_MONOTONIC_COARSE) - header.start_monotonic_ns;
  // The coarse clock may stand before the start by a tick.
  const std::uint64_t seconds = static_cast<std::int64_t>(age) < 0 ? 0 : age / 1'000'000'000;
  const std::uint32_t birth = Birth::encode(seconds + header.birth_shift);
  return birth > header.inherited_until ? birth : header.inherited_until + 1;
}

}  // namespace

Moment take_moment(const Caller& caller) {
  const std::uint64_t low = this_thread.stack_low;
  const bool has_room = caller.cfa < this_thread.stack_high && caller.cfa > low + kRoom;
  const StackId stack = has_room ? stack_here(caller) : stack_on_scratch(caller);
  const ThreadRecord* record = this_thread.record;
  return {stack, birth_now(), record != nullptr ? record->name : this_thread.name};
}

bool may_record_kind(Kind kind) {
  return may_record(Event::acquire) && (segment.kinds & bit_of(kind)) != 0;
}

std::uint32_t my_shard() {
  static constinit std::atomic<std::uint32_t> dealt{0};
  if (this_thread.shard == 0)
    this_thread.shard = 1 + dealt.fetch_add(1, std::memory_order_relaxed) % kCountShards;
  return this_thread.shard - 1;
}

void reset_scratch() {
  for (Scratch& scratch : scratch_pool) scratch.is_taken.store(false, std::memory_order_relaxed);
}

}  // namespace leakhook::ledger
