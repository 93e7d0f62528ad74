// SPDX-License-Identifier: Apache-2.0
// Where are the caller's registers while this instruction runs? Interprets call frame instructions.
#pragma once
#include <cstdint>

#include "eh_frame.h"
#include "machine.h"

namespace leakhook::unwind {

/// Where the caller's value of a register is.
enum class Where : std::uint8_t {
  unsaid,  ///< no rule: still in the register
  same,
  lost,           ///< undefined: for the return address, there is no caller
  at_cfa,         ///< stored at cfa + value
  cfa_plus,       ///< is cfa + value
  in_register,    ///< in register `value`
  at_expression,  ///< stored at the address that the expression gives
  expression,     ///< is what the expression gives
};

/// What the tables say for one address. Expressions are kept as distance from
/// Description::frames.low.
struct Row {
  static constexpr std::uint8_t kByExpression = 0xff;
  static constexpr std::uint8_t kNoCfa = 0xfe;
  std::int32_t value[machine::kRegisters] = {};
  std::int32_t cfa_value = 0;
  Where where[machine::kRegisters] = {};
  std::uint8_t cfa_register = kNoCfa;
};

/// Async-signal-safe. False: the program is broken, or remembers more than four states.
bool row_at(const Description& description, Address pc, Row* out);

/// The bytes of the expression at this distance (Row::value, Row::cfa_value).
Bytes expression_at(const Description& description, std::int32_t distance);

}  // namespace leakhook::unwind
