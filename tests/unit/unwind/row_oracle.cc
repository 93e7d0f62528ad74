// SPDX-License-Identifier: Apache-2.0
// What does libdw say of the same unwind tables? Both answers as one short text, compared.
#include "row_oracle.h"

#include <dwarf.h>

#include <cstdlib>
#include <span>

namespace leakhook::unwind {
namespace {

using Operations = std::span<const Dwarf_Op>;

std::string number(std::int64_t value) { return std::to_string(value); }

/// An expression as its operations and where they stand; operands follow from that.
std::string said_by_libdw(Operations code) {
  std::string text = "expression";
  for (const Dwarf_Op& operation : code)
    text +=
        " " + number(operation.atom) + "@" + number(static_cast<std::int64_t>(operation.offset));
  return text;
}

/// The same of our bytes, which libdw's operations are looked for in.
std::string said_by_us(Bytes code, Operations theirs) {
  const Address begin = code.at();
  const std::uint64_t size = code.end() - begin;
  std::string text = "expression";
  for (const Dwarf_Op& operation : theirs) {
    if (operation.offset >= size) return text + " is shorter";
    const auto* place = reinterpret_cast<const std::uint8_t*>(begin + operation.offset);
    text += " " + number(*place) + "@" + number(static_cast<std::int64_t>(operation.offset));
  }
  return text;
}

/// An expression without the operations that libdw adds: the CFA before it, "this is the value"
/// behind it.
Operations bare(Operations code) {
  if (!code.empty() && code.front().atom == DW_OP_call_frame_cfa) code = code.subspan(1);
  if (!code.empty() && code.back().atom == DW_OP_stack_value) code = code.first(code.size() - 1);
  return code;
}

/// "cfa-16", "value of cfa+8", "in 3", "same", "lost" or an expression.
std::string place_by_libdw(Operations code, bool is_lost) {
  if (code.empty()) return is_lost ? "lost" : "same";
  if (code.front().atom == DW_OP_regx)
    return "in " + number(static_cast<std::int64_t>(code[0].number));
  if (code.front().atom >= DW_OP_reg0 && code.front().atom <= DW_OP_reg31)
    return "in " + number(code.front().atom - DW_OP_reg0);
  const bool is_value = code.back().atom == DW_OP_stack_value;
  const std::size_t meant = code.size() - is_value;
  if (code[0].atom == DW_OP_call_frame_cfa && meant == 1)
    return is_value ? "value of cfa+0" : "cfa+0";
  if (code[0].atom == DW_OP_call_frame_cfa && meant == 2 && code[1].atom == DW_OP_plus_uconst &&
      code[1].offset == 0)
    return (is_value ? "value of cfa+" : "cfa+") +
           number(static_cast<std::int64_t>(code[1].number));
  return (is_value ? "value of " : "") + said_by_libdw(bare(code));
}

/// An expression that only adds to the CFA it begins with; libdw's operations are then those of a
/// plain offset, which means the same. What a cut operand means nobody says: as libdw has it.
/// Empty: it is something else.
std::string sum_by_us(Bytes code, Operations theirs) {
  if (code.next<std::uint8_t>() != DW_OP_plus_uconst) return {};
  const std::uint64_t amount = code.unsigned_leb();
  if (code.is_broken() && !bare(theirs).empty())
    return "cfa+" + number(static_cast<std::int64_t>(bare(theirs)[0].number));
  return code.is_empty() ? "cfa+" + number(static_cast<std::int64_t>(amount)) : "";
}

std::string place_by_us(const Description& description, const Row& row, unsigned number_of,
                        Operations theirs) {
  const std::int32_t value = row.value[number_of];
  const Where where = row.where[number_of];
  // Nothing computes nothing: libdw calls that undefined.
  if ((where == Where::at_expression || where == Where::expression) &&
      expression_at(description, value).is_empty())
    return "lost";
  const auto said = [&] {
    const Bytes code = expression_at(description, value);
    const std::string sum = sum_by_us(code, theirs);
    return sum.empty() ? said_by_us(code, bare(theirs)) : sum;
  };
  switch (where) {
    case Where::unsaid:
      return "unsaid";
    case Where::same:
      return "same";
    case Where::lost:
      return "lost";
    case Where::at_cfa:
      return "cfa+" + number(value);
    case Where::cfa_plus:
      return "value of cfa+" + number(value);
    case Where::in_register:
      return "in " + number(value);
    case Where::at_expression:
      return said();
    case Where::expression:
      return "value of " + said();
  }
  return "nothing";
}

/// What libdw assumes where no rule says anything: the stack pointer is the CFA; of the others it
/// knows which ones a function may change.
bool is_default(unsigned register_number, const std::string& said) {
  if (register_number == machine::kStackPointer) return said == "value of cfa+0";
  return said == "same" || said == "lost";
}

std::string cfa_by_libdw(Operations code) {
  const bool is_plain = code.size() == 1 && code[0].offset == 0;
  if (is_plain && code[0].atom == DW_OP_bregx)
    return number(static_cast<std::int64_t>(code[0].number)) + "+" +
           number(static_cast<std::int64_t>(code[0].number2));
  return said_by_libdw(code);
}

/// An expression that only adds to a register, as libdw says it. Of a cut operand as above.
std::string register_sum_by_us(Bytes code, Operations theirs) {
  if (code.next<std::uint8_t>() != DW_OP_bregx) return {};
  const std::uint64_t base = code.unsigned_leb();
  const std::int64_t amount = code.signed_leb();
  if (code.is_broken()) return cfa_by_libdw(theirs);
  return code.is_empty() ? number(static_cast<std::int64_t>(base)) + "+" + number(amount) : "";
}

std::string cfa_by_us(const Description& description, const Row& row, Operations theirs) {
  if (row.cfa_register == Row::kByExpression) {
    const Bytes code = expression_at(description, row.cfa_value);
    const std::string sum = register_sum_by_us(code, theirs);
    return sum.empty() ? said_by_us(code, theirs) : sum;
  }
  return number(row.cfa_register) + "+" + number(row.cfa_value);
}

}  // namespace

RowOracle::RowOracle(Dwarf_CFI* tables, Dwarf_Addr pc) {
  if (dwarf_cfi_addrframe(tables, pc, &frame_) != 0) frame_ = nullptr;
  if (frame_ != nullptr) return_register_ = dwarf_frame_info(frame_, &begin_, &end_, &is_signal_);
}

RowOracle::~RowOracle() { std::free(frame_); }

std::string RowOracle::difference(const Description& description, const Row& row) const {
  const auto differs = [](const std::string& what, const std::string& ours,
                          const std::string& theirs) {
    return what + ": we say " + ours + ", libdw says " + theirs;
  };
  if (static_cast<std::int64_t>(description.return_register) != return_register_)
    return differs("return register", std::to_string(description.return_register),
                   number(return_register_));
  if (description.is_signal_frame != is_signal_) return "only one of us sees a signal frame";
  Dwarf_Op* operations = nullptr;
  std::size_t count = 0;
  if (dwarf_frame_cfa(frame_, &operations, &count) == 0) {
    const std::string theirs = cfa_by_libdw({operations, count});
    const std::string ours = cfa_by_us(description, row, {operations, count});
    if (ours != theirs) return differs("CFA", ours, theirs);
  }
  for (unsigned i = 0; i < machine::kRegisters; ++i) {
    Dwarf_Op room[3];
    if (dwarf_frame_register(frame_, static_cast<int>(i), room, &operations, &count) != 0) continue;
    const Operations code(operations, count);
    const std::string theirs = place_by_libdw(code, operations == room);
    const std::string ours = place_by_us(description, row, i, code);
    const bool is_same = ours == theirs || (ours == "unsaid" && is_default(i, theirs));
    if (!is_same) return differs("register " + number(i), ours, theirs);
  }
  return {};
}

}  // namespace leakhook::unwind
