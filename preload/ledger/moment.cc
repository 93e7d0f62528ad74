// SPDX-License-Identifier: Apache-2.0
// Taking the stack, the time and the thread's name for a record.
#include "moment.h"

#include "../base/real.h"
#include "../base/system.h"
#include "attention.h"
#include "last_stacks.h"
#include "shards.h"
#include "stack_table.h"

namespace leakhook::ledger {
namespace {

using unwind::LastStack;

/// For stacks that are not remembered: of signal handlers that interrupt a capture, of coroutines,
/// of threads that nobody told us of. The words that say who uses them lie apart from them: each
/// forked child clears those, and would copy all of the pool else.
constexpr int kScratches = 64;
using Scratch = unwind::Address[LastStack::kMaxFrames];
constinit Scratch scratch_pool[kScratches]{};
constinit std::atomic<bool> scratch_is_taken[kScratches]{};

/// Number of a free one, or kScratches.
int take_scratch() {
  for (int i = 0; i < kScratches; ++i)
    if (!scratch_is_taken[i].load(std::memory_order_relaxed) &&
        !scratch_is_taken[i].exchange(true, std::memory_order_acquire))
      return i;  // pairs with the release in walk_afresh()
  return kScratches;
}

void count_end(unwind::End end) {
  if (end == unwind::End::outermost) [[likely]]
    return;
  segment.count(end == unwind::End::cut ? Counter::stacks_cut : Counter::stacks_unfinished);
}

unwind::StackBounds stack_bounds() { return {this_thread.stack_low, this_thread.stack_high}; }

/// What a thread needs for its events, at the first of them. Threads that no hook saw start have
/// nothing of their own, as nobody would see them give it back.
[[gnu::noinline, gnu::cold]] void equip_thread() {
  if (this_thread.record == nullptr) {
    this_thread.shard = 1 + shards::kShared;
    if (is_threaded.exchange(true)) return;
    // Nobody saw this thread coming: the first one may be in the middle of an unlocked claim.
    for (int i = 0; i < 100; ++i) sys::pause();
    return;
  }
  this_thread.shard = 1 + shards::take();
  this_thread.remembered = last_stacks::take();
}

/// The thread's first event, and every stack that is not remembered.
[[gnu::noinline]] StackId walk_afresh(unwind::ReturnAddress pc, unwind::Address cfa,
                                      unwind::Address frame_pointer) {
  if (this_thread.shard == 0) equip_thread();
  const int scratch = take_scratch();
  if (scratch == kScratches) {
    segment.count(Counter::no_stack);
    return 0;
  }
  const unwind::Captured captured =
      unwind::capture({pc, cfa, frame_pointer}, stack_bounds(), scratch_pool[scratch]);
  count_end(captured.end);
  const std::span<const unwind::Address> frames{scratch_pool[scratch], captured.count};
  const StackId stack = stack_table::intern(frames, captured.end);
  scratch_is_taken[scratch].store(false, std::memory_order_release);
  return stack;
}

/// Keeps the thread's last stack for the capture that it was made for: a signal handler that comes
/// in between, deeper on the same stack, is kept out. A capture that was left by longjmp is not
/// waited for: the next one that stands further out takes over.
class LastStackInUse {
 public:
  LastStackInUse(LastStack* stack, unwind::Address at) : stack_(stack) {
    stack_->in_use_at = at;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~LastStackInUse() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    stack_->in_use_at = 0;
  }
  LastStackInUse(const LastStackInUse&) = delete;

 private:
  LastStack* stack_;
};

bool may_remember(const LastStack& last, const Caller& caller) {
  return caller.cfa > last.in_use_at && caller.cfa > this_thread.stack_low &&
         caller.cfa < this_thread.stack_high;
}

/// A stack that the cache does not know. Requires: the caller keeps `remembered` for this capture.
[[gnu::noinline, gnu::flatten]] StackId walk_from_last(unwind::ReturnAddress pc,
                                                       unwind::Address cfa,
                                                       unwind::Address frame_pointer,
                                                       RememberedStacks* remembered) {
  const Caller caller{pc, cfa, frame_pointer};
  LastStack& last = remembered->last;
  const unwind::End end = unwind::capture_on_own_stack(caller, stack_bounds(), &last);
  count_end(end);
  const StackId stack = stack_table::intern(last, end);
  if (stack != 0) remembered->cache.keep(caller, last, stack);
  return stack;
}

// Both walks have functions of their own, which get the caller in registers: so the usual way,
// which ends with find(), needs no memory of its stack.
StackId stack_of(const Caller& caller) {
  RememberedStacks* remembered = this_thread.remembered;
  if (remembered == nullptr || !may_remember(remembered->last, caller)) [[unlikely]]
    return walk_afresh(caller.pc, caller.cfa, caller.frame_pointer);
  const LastStackInUse in_use(&remembered->last, caller.cfa);
  remembered->cache.renew();
  if (const StackId known = remembered->cache.find(caller)) [[likely]]
    return known;
  return walk_from_last(caller.pc, caller.cfa, caller.frame_pointer, remembered);
}

std::uint32_t count_birth() {
  const Header& header = *segment.header;
  const std::uint64_t age = sys::nanoseconds(CLOCK_MONOTONIC_COARSE) - header.start_monotonic_ns;
  // The coarse clock may stand before the start by a tick.
  const std::uint64_t seconds = static_cast<std::int64_t>(age) < 0 ? 0 : age / 1'000'000'000;
  const std::uint32_t birth = Birth::encode(seconds + header.birth_shift);
  return birth > header.inherited_until ? birth : header.inherited_until + 1;
}

/// The second of the wall clock for which a birth was counted (upper half), and that birth. Only a
/// change of the second is asked of the wall clock, so it may be set to any time.
constinit std::atomic<std::uint64_t> last_birth{0};

[[gnu::noinline, gnu::cold]] std::uint32_t new_birth(std::uint32_t second) {
  const std::uint32_t birth = count_birth();
  last_birth.store(std::uint64_t{second} << 32 | birth, std::memory_order_relaxed);
  return birth;
}

std::uint32_t birth_now() {
  const auto second = static_cast<std::uint32_t>(real::borrowed::time(nullptr));
  const std::uint64_t last = last_birth.load(std::memory_order_relaxed);
  if (last >> 32 != second) [[unlikely]]
    return new_birth(second);
  return static_cast<std::uint32_t>(last);
}

}  // namespace

Moment take_moment(const Caller& caller) {
  const StackId stack = stack_of(caller);
  const ThreadRecord* record = this_thread.record;
  return {stack, birth_now(), record != nullptr ? record->name : this_thread.name};
}

bool may_record_kind(Kind kind) {
  return may_record(Event::acquire) && (segment.kinds & bit_of(kind)) != 0;
}

void give_back_equipment() {
  RememberedStacks* remembered = this_thread.remembered;
  const std::uint32_t shard = this_thread.shard;
  this_thread.remembered = nullptr;
  this_thread.shard = shard == 0 ? 0 : 1 + shards::kShared;
  std::atomic_signal_fence(std::memory_order_seq_cst);  // a signal handler may record, too
  if (remembered != nullptr) last_stacks::give_back(remembered);
  if (shard != 0) shards::give_back(shard - 1);
}

void keep_own_equipment() {
  for (std::atomic<bool>& is_taken : scratch_is_taken)
    is_taken.store(false, std::memory_order_relaxed);
  last_birth.store(0, std::memory_order_relaxed);
  last_stacks::keep_only(this_thread.remembered);
  shards::keep_only(this_thread.shard == 0 ? shards::kShared : this_thread.shard - 1);
}

}  // namespace leakhook::ledger
