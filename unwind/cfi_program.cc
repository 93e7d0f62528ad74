// SPDX-License-Identifier: Apache-2.0
// Where are the caller's registers while this instruction runs? Interprets call frame instructions.
//
// DWARF 5, section 6.4.2. All state is on the stack, about 600 bytes: signal handlers may be short
// of it.
#include "cfi_program.h"

#include <limits>

namespace leakhook::unwind {
namespace {

// DW_CFA_*: three instructions keep an operand in their low six bits.
constexpr std::uint8_t kOperand = 0x3f;
enum Instruction : std::uint8_t {
  kNop = 0x00,
  kSetLoc = 0x01,
  kAdvance1 = 0x02,
  kAdvance2 = 0x03,
  kAdvance4 = 0x04,
  kOffsetExtended = 0x05,
  kRestoreExtended = 0x06,
  kUndefined = 0x07,
  kSameValue = 0x08,
  kRegister = 0x09,
  kRememberState = 0x0a,
  kRestoreState = 0x0b,
  kDefCfa = 0x0c,
  kDefCfaRegister = 0x0d,
  kDefCfaOffset = 0x0e,
  kDefCfaExpression = 0x0f,
  kExpression = 0x10,
  kOffsetExtendedSigned = 0x11,
  kDefCfaSigned = 0x12,
  kDefCfaOffsetSigned = 0x13,
  kValueOffset = 0x14,
  kValueOffsetSigned = 0x15,
  kValueExpression = 0x16,
  kGnuArgumentsSize = 0x2e,
  kGnuNegativeOffset = 0x2f,
  kAdvance = 0x40,
  kOffset = 0x80,
  kRestore = 0xc0,
};

class Interpreter {
 public:
  Interpreter(const Description& description, Address pc)
      : description_(description), target_(pc), location_(description.begin) {}

  bool run(Row* out) {
    if (!run_program(description_.shared_program)) return false;
    initial_ = row_;
    location_ = description_.begin;
    if (!run_program(description_.program)) return false;
    *out = row_;
    return row_.cfa_register != Row::kNoCfa;
  }

 private:
  static constexpr int kRemembered = 4;

  bool run_program(Bytes bytes) {
    while (!bytes.is_empty() && location_ <= target_ && !failed_) {
      const std::uint8_t code = bytes.next<std::uint8_t>();
      switch (code & ~kOperand) {
        case kAdvance:
          advance(code & kOperand);
          break;
        case kOffset:
          set(code & kOperand, Where::at_cfa, factored(bytes.unsigned_leb()));
          break;
        case kRestore:
          restore(code & kOperand);
          break;
        default:
          if (machine::is_idle_instruction(code)) break;
          if (!move(code, &bytes) && !define_cfa(code, &bytes)) define(code, &bytes);
      }
      if (bytes.is_broken()) failed_ = true;
    }
    return !failed_;
  }

  /// Instructions that move in the code or among states.
  bool move(std::uint8_t code, Bytes* bytes) {
    switch (code) {
      case kNop:
        return true;
      case kSetLoc:
        set_location(bytes);
        return true;
      case kAdvance1:
        advance(bytes->next<std::uint8_t>());
        return true;
      case kAdvance2:
        advance(bytes->next<std::uint16_t>());
        return true;
      case kAdvance4:
        advance(bytes->next<std::uint32_t>());
        return true;
      case kRememberState:
        remember();
        return true;
      case kRestoreState:
        recall();
        return true;
      case kGnuArgumentsSize:
        bytes->unsigned_leb();
        return true;
      default:
        return false;
    }
  }

  /// Instructions that say what the CFA is.
  bool define_cfa(std::uint8_t code, Bytes* bytes) {
    switch (code) {
      case kDefCfa:
        set_cfa_register(bytes->unsigned_leb());
        row_.cfa_value = narrow(static_cast<std::int64_t>(bytes->unsigned_leb()));
        return true;
      case kDefCfaSigned:
        set_cfa_register(bytes->unsigned_leb());
        row_.cfa_value = factored(static_cast<std::uint64_t>(bytes->signed_leb()));
        return true;
      case kDefCfaRegister:
        need_halves();
        set_cfa_register(bytes->unsigned_leb());
        return true;
      case kDefCfaOffset:
        need_halves();
        row_.cfa_value = narrow(static_cast<std::int64_t>(bytes->unsigned_leb()));
        return true;
      case kDefCfaOffsetSigned:
        need_halves();
        row_.cfa_value = factored(static_cast<std::uint64_t>(bytes->signed_leb()));
        return true;
      case kDefCfaExpression:
        row_.cfa_register = Row::kByExpression;
        row_.cfa_value = expression(bytes);
        return true;
      default:
        return false;
    }
  }

  /// Instructions that say where one register is.
  void define(std::uint8_t code, Bytes* bytes) {
    const std::uint64_t number = bytes->unsigned_leb();
    switch (code) {
      case kOffsetExtended:
        set(number, Where::at_cfa, factored(bytes->unsigned_leb()));
        break;
      case kOffsetExtendedSigned:
        set(number, Where::at_cfa, factored(static_cast<std::uint64_t>(bytes->signed_leb())));
        break;
      case kGnuNegativeOffset:
        set(number, Where::at_cfa, factored(0 - bytes->unsigned_leb()));
        break;
      case kValueOffset:
        set(number, Where::cfa_plus, factored(bytes->unsigned_leb()));
        break;
      case kValueOffsetSigned:
        set(number, Where::cfa_plus, factored(static_cast<std::uint64_t>(bytes->signed_leb())));
        break;
      case kRestoreExtended:
        restore(number);
        break;
      case kUndefined:
        set(number, Where::lost, 0);
        break;
      case kSameValue:
        set(number, Where::same, 0);
        break;
      case kRegister:
        set(number, Where::in_register, narrow(static_cast<std::int64_t>(bytes->unsigned_leb())));
        break;
      case kExpression:
        set(number, Where::at_expression, expression(bytes));
        break;
      case kValueExpression:
        set(number, Where::expression, expression(bytes));
        break;
      default:
        failed_ = true;
    }
  }

  void set_location(Bytes* bytes) {
    Address place = 0;
    if (!read_encoded(bytes, description_.pointer_encoding, 0, &place)) failed_ = true;
    location_ = place;
  }

  void advance(std::uint64_t steps) { location_ += steps * description_.code_factor; }

  /// Registers beyond ours (vectors, flags) may have rules; nothing here needs them.
  void set(std::uint64_t number, Where where, std::int32_t value) {
    if (number >= machine::kRegisters) return;
    row_.where[number] = where;
    row_.value[number] = value;
  }

  void restore(std::uint64_t number) {
    if (number >= machine::kRegisters) return;
    row_.where[number] = initial_.where[number];
    row_.value[number] = initial_.value[number];
  }

  void set_cfa_register(std::uint64_t number) {
    if (number >= machine::kRegisters) failed_ = true;
    row_.cfa_register = static_cast<std::uint8_t>(number);
  }

  /// Only a CFA of register and offset has a half to change. Elsewhere its value is the place of an
  /// expression, which no table may choose freely.
  void need_halves() {
    if (row_.cfa_register >= machine::kRegisters) failed_ = true;
  }

  void remember() {
    if (depth_ == kRemembered) {
      failed_ = true;
      return;
    }
    remembered_[depth_++] = row_;
  }

  void recall() {
    if (depth_ == 0) {
      failed_ = true;
      return;
    }
    row_ = remembered_[--depth_];
  }

  std::int32_t narrow(std::int64_t number) {
    if (number < std::numeric_limits<std::int32_t>::min() ||
        number > std::numeric_limits<std::int32_t>::max()) {
      failed_ = true;
      return 0;
    }
    return static_cast<std::int32_t>(number);
  }

  std::int32_t factored(std::uint64_t number) {
    std::int64_t product = 0;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(number), description_.data_factor,
                               &product)) {
      failed_ = true;
    }
    return narrow(product);
  }

  /// Skips the expression and gives its distance: its length stands first there.
  std::int32_t expression(Bytes* bytes) {
    const Address place = bytes->at();
    bytes->skip(bytes->unsigned_leb());
    return narrow(static_cast<std::int64_t>(place - description_.frames.low));
  }

  const Description& description_;
  Address target_;
  Address location_;
  int depth_ = 0;
  bool failed_ = false;
  Row row_;
  Row initial_;
  Row remembered_[kRemembered];
};

}  // namespace

bool row_at(const Description& description, Address pc, Row* out) {
  Interpreter interpreter(description, pc);
  return interpreter.run(out);
}

Bytes expression_at(const Description& description, std::int32_t distance) {
  Bytes bytes(description.frames.low + static_cast<Address>(distance), description.frames.high);
  return bytes.take(bytes.unsigned_leb());
}

}  // namespace leakhook::unwind
