// SPDX-License-Identifier: Apache-2.0
// What when a frame needs more than stack and frame pointer? A second walk that carries all
// registers.
//
// Needed for a CFA in another register (the loader's lazy binding keeps it in rbx) and for
// expressions in hand-written assembly. The usual walk starts from a call site that knows no more
// registers, so this one begins here, at the innermost frame, and passes our own functions first.
// Why not libunwind: its steps block signals by rt_sigprocmask, which kills services under seccomp,
// and take mutexes that it shares with the program's own use of it (also across fork).
#include "full_walk.h"

#include "cfi_program.h"
#include "compile.h"
#include "eh_frame.h"
#include "expression.h"
#include "machine.h"

namespace leakhook::unwind {
namespace {

using machine::bit_of;
using machine::kFramePointer;
using machine::kProgramCounter;
using machine::kRegisters;
using machine::kStackPointer;
using machine::Registers;

/// Our own functions between the innermost frame and the hook's caller, generously.
constexpr std::uint32_t kOwnFrames = 64;
constexpr std::uint64_t kAllKnown = bit_of(kRegisters) - 1;

class FullWalk {
 public:
  FullWalk(CheckedWords* words, ObjectObserver observer) : words_(words), observer_(observer) {}

  Registers* registers() { return &registers_; }
  Address pc() const { return registers_.value[kProgramCounter]; }
  Address sp() const { return registers_.value[kStackPointer]; }

  Step step() {
    const Frame frame{pc(), sp(), registers_.value[kFramePointer], is_exact_};
    Object object;
    if (!find_object(frame.lookup(), &object)) return step_without_tables(frame);
    if (observer_ != nullptr) observer_(object);
    Description description;
    Row row;
    const bool has_row = find_description(object, frame.lookup(), &description) &&
                         row_at(description, frame.lookup(), &row);
    // The code is believed more than tables that say something else of it.
    const bool may_return = knows_stack_ && (!has_row || description.is_signal_frame);
    if (may_return && is_signal_return(object, frame.pc)) return leave_signal();
    const bool may_step = has_row && (knows_stack_ || row.cfa_register == kFramePointer ||
                                      row.where[machine::kReturnAddress] == Where::lost);
    return may_step ? step_by(description, row) : step_without_tables(frame);
  }

 private:
  Step step_without_tables(Frame frame) {
    const Step step = follow_frame_pointer(&frame, words_);
    registers_.value[kProgramCounter] = frame.pc;
    registers_.value[kStackPointer] = frame.sp;
    registers_.value[kFramePointer] = frame.fp;
    registers_.known = bit_of(kProgramCounter) | bit_of(kStackPointer) | bit_of(kFramePointer);
    is_exact_ = false;
    knows_stack_ = machine::kFramePointerTellsStack;
    return step;
  }

  Step leave_signal() {
    const Address context = sp();
    for (unsigned number = 0; number < kRegisters; ++number) {
      const Address slot = context + static_cast<Address>(machine::kContextSlot[number]);
      if (!words_->read(slot, &registers_.value[number])) return Step::unreadable;
    }
    registers_.known = kAllKnown;
    return arrive(context, true);
  }

  /// The registers are the caller's now: is it a step that a sane stack can make?
  Step arrive(Address from, bool is_exact) {
    is_exact_ = is_exact;
    if (is_exact ? !may_change_stack(from, sp(), &stack_changes_) : sp() <= from) {
      return Step::unreadable;
    }
    return pc() == 0 ? Step::outermost : Step::moved;
  }

  bool find_cfa(const Description& description, const Row& row, Address* cfa) {
    if (row.cfa_register == Row::kByExpression) {
      return evaluate(expression_at(description, row.cfa_value), registers_, words_, nullptr, cfa);
    }
    *cfa = registers_.value[row.cfa_register] + static_cast<Address>(std::int64_t{row.cfa_value});
    return (registers_.known >> row.cfa_register & 1) != 0;
  }

  /// The caller's value of one register. False: it is lost, or cannot be read.
  bool recover(const Description& description, const Row& row, unsigned number, Address cfa,
               std::uint64_t* value) {
    const auto offset = static_cast<Address>(std::int64_t{row.value[number]});
    switch (row.where[number]) {
      case Where::unsaid:
      case Where::same:
        *value = number == kStackPointer ? cfa : registers_.value[number];
        return number == kStackPointer || (registers_.known >> number & 1) != 0;
      case Where::lost:
        return false;
      case Where::at_cfa:
        return words_->read(cfa + offset, value);
      case Where::cfa_plus:
        *value = cfa + offset;
        return true;
      case Where::in_register:
        if (offset >= kRegisters) return false;
        *value = registers_.value[offset];
        return (registers_.known >> offset & 1) != 0;
      case Where::at_expression:
      case Where::expression:
        break;
    }
    if (!evaluate(expression_at(description, row.value[number]), registers_, words_, &cfa, value)) {
      return false;
    }
    return row.where[number] == Where::expression || words_->read(*value, value);
  }

  Step step_by(const Description& description, const Row& row) {
    if (description.return_register >= kRegisters) return Step::no_rule;
    const auto return_register = static_cast<unsigned>(description.return_register);
    if (row.where[return_register] == Where::lost) return Step::outermost;
    Address cfa = 0;
    if (!find_cfa(description, row, &cfa)) return Step::no_rule;
    Registers caller{};
    for (unsigned number = 0; number < kRegisters; ++number) {
      if (!recover(description, row, number, cfa, &caller.value[number])) continue;
      caller.known |= bit_of(number);
    }
    const std::uint64_t needed = bit_of(kStackPointer) | bit_of(return_register);
    if ((caller.known & needed) != needed) return Step::unreadable;
    caller.value[kProgramCounter] = machine::code_address(caller.value[return_register]);
    caller.known |= bit_of(kProgramCounter);
    const Address from = sp();
    registers_ = caller;
    knows_stack_ = true;
    return arrive(from, description.is_signal_frame);
  }

  CheckedWords* words_;
  ObjectObserver observer_;
  int stack_changes_ = 0;
  bool is_exact_ = true;  // the first pc is where we stand
  bool knows_stack_ = true;
  Registers registers_;
};

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

}  // namespace

__attribute__((noinline)) End walk_fully(const Frame& from, ObjectObserver observer,
                                         CheckedWords* words, std::span<Address> out,
                                         std::uint32_t* count) {
  FullWalk walk(words, observer);
  machine::take_registers(walk.registers());
  for (std::uint32_t left = *count + kOwnFrames; walk.pc() != from.pc || walk.sp() != from.sp;) {
    if (left-- == 0 || walk.step() != Step::moved) return End::no_rule;
  }
  for (;;) {
    const Step step = walk.step();
    if (step != Step::moved) return end_of(step);
    if (*count == out.size()) return End::cut;
    out[(*count)++] = walk.pc();
  }
}

}  // namespace leakhook::unwind
