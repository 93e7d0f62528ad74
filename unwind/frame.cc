// SPDX-License-Identifier: Apache-2.0
// Where does a walk stand, and how far did one step get? Steps that need no unwind table.
#include "frame.h"

#include "machine.h"

namespace leakhook::unwind {
namespace {

constexpr Address kLowestCode = 4096;

/// A frame pointer left over from another stack (a new coroutine has its creator's) is readable and
/// higher, too, but it is far away. libunwind guesses with the same limit.
constexpr Address kLargestFrame = 0x4000;

}  // namespace

Step follow_frame_pointer(Frame* frame, CheckedWords* words) {
  const Address fp = frame->fp;
  std::uint64_t saved = 0;
  std::uint64_t pc = 0;
  if (fp < frame->sp || fp - frame->sp > kLargestFrame) return Step::no_rule;
  if (!words->read(fp, &saved) || !words->read(fp + 8, &pc)) return Step::no_rule;
  // Zero ends a chain by convention. Anything else not above us was never a frame pointer.
  if (saved != 0 && (saved <= fp || saved - frame->sp > kLargestFrame)) return Step::no_rule;
  if (pc == 0) return Step::outermost;
  pc = machine::code_address(pc);
  if (pc < kLowestCode || pc >= machine::kHighestCode) return Step::no_rule;
  *frame = {pc, fp + 16, saved, false};
  return Step::moved;
}

bool may_change_stack(Address from, Address to, int* stack_changes) {
  if (to > from) return true;
  return ++*stack_changes <= kMaxStackChanges;
}

Step leave_signal_frame(Frame* frame, CheckedWords* words, int* stack_changes) {
  const auto read = [&](unsigned number, std::uint64_t* value) {
    return words->read(frame->sp + static_cast<Address>(machine::kContextSlot[number]), value);
  };
  std::uint64_t pc = 0;
  std::uint64_t sp = 0;
  std::uint64_t fp = 0;
  if (!read(machine::kProgramCounter, &pc) || !read(machine::kStackPointer, &sp) ||
      !read(machine::kFramePointer, &fp) || !may_change_stack(frame->sp, sp, stack_changes)) {
    return Step::unreadable;
  }
  *frame = {pc, sp, fp, true};
  return pc == 0 ? Step::outermost : Step::moved;
}

}  // namespace leakhook::unwind
