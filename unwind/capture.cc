// SPDX-License-Identifier: Apache-2.0
// Where are we? The stack of the calling thread as return addresses, innermost first.
//
// The ladder, per frame: the compiled rule of its address; without unwind tables its frame pointer;
// for a rule that needs more registers, a second walk that carries them all (full_walk.h). This
// walk begins afresh each time; splice.cc is the one that remembers.
#include "capture.h"

#include <atomic>

#include "checked_words.h"
#include "frame.h"
#include "full_walk.h"
#include "machine.h"
#include "object_lookup.h"
#include "rules.h"
#include "stack_cache.h"

namespace leakhook::unwind {
namespace {

/// To the caller, once the CFA is known.
[[gnu::always_inline]] inline Step step_to(Address cfa, Rule rule, Frame* frame,
                                           CheckedWords* words) {
  std::uint64_t pc = 0;
  std::uint64_t fp = frame->fp;
  const Address return_place = cfa + static_cast<Address>(machine::return_slot(rule.slot()));
  if (cfa <= frame->sp || !words->read(return_place, &pc)) return Step::unreadable;
  if (rule.frame_pointer_rule() == Rule::FramePointer::at_cfa) {
    const std::int64_t slot = machine::frame_pointer_slot(rule.slot());
    if (!words->read(cfa + static_cast<Address>(slot), &fp)) return Step::unreadable;
  } else if (rule.frame_pointer_rule() != Rule::FramePointer::same) [[unlikely]] {
    if (rule.frame_pointer_rule() == Rule::FramePointer::lost) fp = 0;
    if (fp != 0 && !words->read(fp, &fp)) return Step::unreadable;
  }
  *frame = {machine::code_address(pc), cfa, fp, false};
  return pc == 0 ? Step::outermost : Step::moved;
}

[[gnu::always_inline]] inline Step step_usually(Rule rule, Frame* frame, CheckedWords* words) {
  const auto offset = static_cast<Address>(rule.offset());
  if (rule.kind() == Rule::frame_pointer) [[unlikely]] {
    return step_to(frame->fp + offset, rule, frame, words);
  }
  return step_to(frame->sp + offset, rule, frame, words);
}

__attribute__((noinline)) Step step_rarely(Rule rule, Frame* frame, CheckedWords* words,
                                           int* stack_changes) {
  Address cfa = 0;
  switch (rule.kind()) {
    case Rule::stored_cfa:
      if (!words->read(frame->fp + static_cast<Address>(rule.offset()), &cfa)) {
        return Step::unreadable;
      }
      return step_to(cfa, rule, frame, words);
    case Rule::signal_frame:
      return leave_signal_frame(frame, words, stack_changes);
    case Rule::outermost:
      return Step::outermost;
    default:
      return follow_frame_pointer(frame, words);
  }
}

/// Of a frame to which a frame pointer led, where that does not tell the stack pointer: what its
/// rule says of the place that its own frame pointer points to. False: it says nothing.
bool regain_stack(Rule rule, Frame* frame) {
  if (rule.kind() == Rule::frame_pointer || rule.kind() == Rule::outermost) return true;
  const bool keeps_record = rule.kind() == Rule::stack_pointer &&
                            rule.frame_pointer_rule() == Rule::FramePointer::at_cfa;
  if (!keeps_record) return false;
  const std::int64_t slot = machine::frame_pointer_slot(rule.slot());
  frame->sp = frame->fp - static_cast<Address>(slot + rule.offset());
  return true;
}

End end_of(Step step) {
  switch (step) {
    case Step::outermost:
      return End::outermost;
    case Step::unreadable:
      return End::unreadable;
    default:
      return End::no_rule;
  }
}

/// The first frame of a thread has nothing above it, rules or not: the loader's entry point, under
/// which constructors run, has none.
bool is_first_frame(const Frame& frame, const StackBounds& bounds) {
  constexpr Address kEntry = 64;
  return frame.sp > bounds.low && frame.sp <= bounds.high && bounds.high - frame.sp <= kEntry;
}

}  // namespace

void prepare(ObjectObserver observer, SystemLookup lookup) {
  g_observer.store(observer, std::memory_order_relaxed);
  prepare_object_lookup(lookup);
}

Captured capture(const CallSite& site, const StackBounds& bounds, std::span<Address> out) {
  CheckedWords words(bounds);
  Frame frame{machine::code_address(site.pc.value), site.cfa, site.frame_pointer, false};
  const RuleCache::Generation generation = g_rules.generation();
  int stack_changes = 0;
  std::uint32_t count = 0;
  bool knows_stack = true;
  while (count < out.size()) {
    out[count++] = frame.pc;
    Rule rule = rule_of(frame.pc, frame.is_exact, generation);
    if (!knows_stack) [[unlikely]] {
      knows_stack = regain_stack(rule, &frame);
      if (!knows_stack) rule = Rule(Rule::no_rule);
    }
    Step step{};
    if (rule.is_usual()) [[likely]] {
      step = step_usually(rule, &frame, &words);
    } else if (rule.kind() == Rule::all_registers) {
      const ObjectObserver observer = g_observer.load(std::memory_order_relaxed);
      std::uint32_t full_count = count;
      const End end = walk_fully(Frame(frame), observer, &words, out, &full_count);
      return {full_count, end};
    } else {
      // A copy, so that the loop's own frame stays in registers: no one knows its address.
      Frame rare = frame;
      step = step_rarely(rule, &rare, &words, &stack_changes);
      frame = rare;
      if (rule.kind() == Rule::no_rule) knows_stack = machine::kFramePointerTellsStack;
    }
    if (step != Step::moved) {
      const bool is_bottom = step != Step::outermost && is_first_frame(frame, bounds);
      return {count, is_bottom ? End::outermost : end_of(step)};
    }
  }
  return {count, End::cut};
}

void forget_rules() {
  // First: a rule made by the old table must carry the old generation.
  refresh_objects();
  g_rules.forget();
  StackCache::forget_all();
}

void learn_objects() { refresh_objects(); }

void reset_after_fork() { release_object_table(); }

}  // namespace leakhook::unwind
