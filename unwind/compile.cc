// SPDX-License-Identifier: Apache-2.0
// Which rule do the tables give for this address? From .eh_frame to eight bytes.
#include "compile.h"

#include <cstring>
#include <limits>

#include "expression.h"
#include "object_lookup.h"

namespace leakhook::unwind {
namespace {

using machine::kFramePointer;
using machine::kProgramCounter;
using machine::kReturnAddress;
using machine::kStackPointer;

// The operations that the shapes below are made of.
constexpr std::uint8_t kDereference = 0x06;
constexpr std::uint8_t kRegister0 = 0x70;

/// Is the expression `register + offset`, with or without a dereference at the end?
bool is_register_plus(Bytes code, unsigned number, bool dereferenced, std::int64_t* offset) {
  if (code.next<std::uint8_t>() != kRegister0 + number) return false;
  *offset = code.signed_leb();
  if (dereferenced && code.next<std::uint8_t>() != kDereference) return false;
  return code.is_empty() && !code.is_broken();
}

/// The stub of a PLT asks in its expression how far its two pushes have come, by the pc alone: then
/// cfa − sp is the same wherever the stack is. Probed at stacks of different alignment.
bool folds_to_constant(Bytes code, Address pc, std::int32_t* offset) {
  machine::Registers registers{};
  registers.known = machine::bit_of(kStackPointer) | machine::bit_of(kProgramCounter);
  registers.value[kProgramCounter] = pc;
  constexpr std::uint64_t kProbes[] = {0x10000, 0x20008, 0x75310};
  std::uint64_t distance[3] = {};
  for (int i = 0; i < 3; ++i) {
    registers.value[kStackPointer] = kProbes[i];
    if (!evaluate(code, registers, nullptr, nullptr, &distance[i])) return false;
    distance[i] -= kProbes[i];
  }
  *offset = static_cast<std::int32_t>(distance[0]);
  return distance[0] == distance[1] && distance[0] == distance[2] && distance[0] < 4096;
}

/// Restores the frame every register from the ucontext at the stack pointer, as glibc writes it?
bool is_plain_signal_frame(const Description& description, const Row& row) {
  if (row.cfa_register != Row::kByExpression) return false;
  std::int64_t offset = 0;
  if (!is_register_plus(expression_at(description, row.cfa_value), kStackPointer, true, &offset) ||
      offset != machine::kContextSlot[kStackPointer]) {
    return false;
  }
  for (const unsigned number : {kFramePointer, kProgramCounter}) {
    if (row.where[number] != Where::at_expression) return false;
    const Bytes code = expression_at(description, row.value[number]);
    if (!is_register_plus(code, kStackPointer, false, &offset) ||
        offset != machine::kContextSlot[number]) {
      return false;
    }
  }
  return true;
}

bool compile_frame_pointer(const Description& description, const Row& row,
                           Rule::FramePointer* how) {
  std::int64_t offset = 0;
  switch (row.where[kFramePointer]) {
    case Where::unsaid:
    case Where::same:
      *how = Rule::FramePointer::same;
      return true;
    case Where::lost:
      *how = Rule::FramePointer::lost;
      return true;
    case Where::at_cfa:
      *how = Rule::FramePointer::at_cfa;
      return true;
    case Where::at_expression:
      *how = Rule::FramePointer::at_own;
      return is_register_plus(expression_at(description, row.value[kFramePointer]), kFramePointer,
                              false, &offset) &&
             offset == 0;
    default:
      return false;
  }
}

/// Where the caller's words lie in the frame, as this machine's rules keep it.
bool compile_slot(const Row& row, Rule::FramePointer how, std::int16_t* slot_words) {
  const std::int32_t return_at = row.value[kReturnAddress];
  std::int64_t slot = 0;
  const bool is_usual = how == Rule::FramePointer::at_cfa
                            ? machine::slot_for(return_at, row.value[kFramePointer], &slot)
                            : machine::slot_for(return_at, &slot);
  *slot_words = static_cast<std::int16_t>(slot / 8);
  return row.where[kReturnAddress] == Where::at_cfa && is_usual && *slot_words * 8 == slot;
}

/// From a stack pointer to a CFA: by whole words, one at least.
bool is_upwards(std::int32_t offset) { return offset > 0 && offset % 8 == 0; }

bool compile_cfa(const Description& description, const Row& row, Address pc, Rule::Kind* kind,
                 std::int32_t* offset) {
  *offset = row.cfa_value;
  if (row.cfa_register == kStackPointer) {
    *kind = Rule::stack_pointer;
    return is_upwards(*offset);
  }
  if (row.cfa_register == kFramePointer) {
    *kind = Rule::frame_pointer;
    return *offset % 8 == 0;
  }
  if (row.cfa_register != Row::kByExpression) return false;
  const Bytes code = expression_at(description, row.cfa_value);
  std::int64_t stored = 0;
  if (is_register_plus(code, kFramePointer, true, &stored)) {
    *kind = Rule::stored_cfa;
    *offset = static_cast<std::int32_t>(stored);
    return *offset == stored;
  }
  *kind = Rule::stack_pointer;
  return folds_to_constant(code, pc, offset) && is_upwards(*offset);
}

}  // namespace

Rule compile_row(const Description& description, const Row& row, Address pc) {
  if (description.return_register != kReturnAddress) return Rule(Rule::all_registers);
  if (description.is_signal_frame) {
    return Rule(is_plain_signal_frame(description, row) ? Rule::signal_frame : Rule::all_registers);
  }
  if (row.where[kReturnAddress] == Where::lost) return Rule(Rule::outermost);
  Rule::Kind kind{};
  std::int32_t offset = 0;
  Rule::FramePointer frame_pointer{};
  std::int16_t slot_words = 0;
  if (row.where[kStackPointer] != Where::unsaid ||
      !compile_cfa(description, row, pc, &kind, &offset) ||
      !compile_frame_pointer(description, row, &frame_pointer) ||
      !compile_slot(row, frame_pointer, &slot_words)) {
    return Rule(Rule::all_registers);
  }
  return Rule(kind, offset, frame_pointer, slot_words);
}

bool is_signal_return(const Object& object, Address pc) {
  const Extent code = segment_around(object, pc);
  Bytes bytes(pc, code.contains(pc) ? code.high : pc);
  for (const std::uint8_t expected : machine::kSignalReturn) {
    if (bytes.next<std::uint8_t>() != expected) return false;
  }
  return !bytes.is_broken();
}

Rule compile_rule(const Object& object, Address pc) {
  Description description;
  Row row;
  if (!find_description(object, pc, &description)) return Rule(Rule::no_rule);
  if (!row_at(description, pc, &row)) return Rule(Rule::no_rule);
  return compile_row(description, row, pc);
}

}  // namespace leakhook::unwind
