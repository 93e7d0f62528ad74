// SPDX-License-Identifier: Apache-2.0
// What does this DWARF expression give? The few operations that unwind tables use.
//
// DWARF 5, section 2.5. Left out: what unwind tables must not use (calls, pieces, object
// addresses).
#include "expression.h"

#include <limits>

namespace leakhook::unwind {
namespace {

enum Operation : std::uint8_t {
  kAddress = 0x03,
  kDereference = 0x06,
  kConst1u = 0x08,
  kConst1s,
  kConst2u,
  kConst2s,
  kConst4u,
  kConst4s,
  kConst8u,
  kConst8s,
  kConstUleb,
  kConstSleb,
  kDuplicate,
  kDrop,
  kOver,
  kPick,
  kSwap,
  kRotate,
  kAbsolute = 0x19,
  kAnd,
  kDivide,
  kMinus,
  kModulo,
  kMultiply,
  kNegate,
  kNot,
  kOr,
  kPlus,
  kPlusConstant,
  kShiftLeft,
  kShiftRight,
  kShiftRightSigned,
  kXor,
  kBranch,
  kEqual = 0x29,
  kGreaterEqual,
  kGreater,
  kLessEqual,
  kLess,
  kNotEqual,
  kSkip = 0x2f,
  kLiteral0 = 0x30,
  kLiteral31 = 0x4f,
  kRegister0 = 0x70,
  kRegister31 = 0x8f,
  kRegisterX = 0x92,
  kDereferenceSize = 0x94,
  kNop = 0x96,
};

class Evaluation {
 public:
  Evaluation(Bytes code, const machine::Registers& registers, CheckedWords* words)
      : code_(code), start_(code.at()), registers_(registers), words_(words) {}

  void push(std::uint64_t value) {
    if (depth_ == kDepth) {
      failed_ = true;
      return;
    }
    stack_[depth_++] = value;
  }

  bool run(std::uint64_t* result) {
    for (int steps = 0; !code_.is_empty() && !failed_; ++steps) {
      if (steps == kSteps) return false;
      const std::uint8_t operation = code_.next<std::uint8_t>();
      if (!constant(operation) && !rearrange(operation) && !one_operand(operation) &&
          !jump(operation))
        two_operands(operation);
      if (code_.is_broken()) failed_ = true;
    }
    *result = pop();
    return !failed_;
  }

 private:
  static constexpr int kDepth = 16;
  static constexpr int kSteps = 256;

  std::uint64_t pop() {
    if (depth_ == 0) {
      failed_ = true;
      return 0;
    }
    return stack_[--depth_];
  }

  std::uint64_t register_value(std::uint64_t number) {
    if (number >= machine::kRegisters || (registers_.known >> number & 1) == 0) {
      failed_ = true;
      return 0;
    }
    return registers_.value[number];
  }

  template <typename Number>
  void push_next() {
    push(static_cast<std::uint64_t>(static_cast<std::int64_t>(code_.next<Number>())));
  }

  bool constant(std::uint8_t operation) {
    if (operation >= kLiteral0 && operation <= kLiteral31) {
      push(operation - kLiteral0);
      return true;
    }
    if (operation >= kRegister0 && operation <= kRegister31) {
      const std::uint64_t base = register_value(operation - kRegister0);
      push(base + static_cast<std::uint64_t>(code_.signed_leb()));
      return true;
    }
    switch (operation) {
      case kAddress:
      case kConst8u:
      case kConst8s:
        push_next<std::uint64_t>();
        return true;
      case kConst1u:
        push_next<std::uint8_t>();
        return true;
      case kConst1s:
        push_next<std::int8_t>();
        return true;
      case kConst2u:
        push_next<std::uint16_t>();
        return true;
      case kConst2s:
        push_next<std::int16_t>();
        return true;
      case kConst4u:
        push_next<std::uint32_t>();
        return true;
      case kConst4s:
        push_next<std::int32_t>();
        return true;
      case kConstUleb:
        push(code_.unsigned_leb());
        return true;
      case kConstSleb:
        push(static_cast<std::uint64_t>(code_.signed_leb()));
        return true;
      case kRegisterX: {
        const std::uint64_t base = register_value(code_.unsigned_leb());
        push(base + static_cast<std::uint64_t>(code_.signed_leb()));
        return true;
      }
      default:
        return false;
    }
  }

  /// Pushes what stands `below` places under the top.
  void pick(int below) {
    if (below >= depth_) {
      failed_ = true;
      return;
    }
    push(stack_[depth_ - 1 - below]);
  }

  bool rearrange(std::uint8_t operation) {
    switch (operation) {
      case kNop:
        return true;
      case kDuplicate:
        pick(0);
        return true;
      case kOver:
        pick(1);
        return true;
      case kPick:
        pick(code_.next<std::uint8_t>());
        return true;
      case kDrop:
        pop();
        return true;
      case kSwap: {
        const std::uint64_t top = pop();
        const std::uint64_t second = pop();
        push(top);
        push(second);
        return true;
      }
      case kRotate: {
        const std::uint64_t top = pop();
        const std::uint64_t second = pop();
        const std::uint64_t third = pop();
        push(top);
        push(third);
        push(second);
        return true;
      }
      default:
        return false;
    }
  }

  void dereference(unsigned size) {
    const std::uint64_t address = pop();
    std::uint64_t word = 0;
    if (failed_ || words_ == nullptr || size == 0 || size > 8 || address % 8 + size > 8 ||
        !words_->read(address / 8 * 8, &word)) {
      failed_ = true;
      return;
    }
    word >>= address % 8 * 8;
    push(size == 8 ? word : word & ((std::uint64_t{1} << size * 8) - 1));
  }

  bool one_operand(std::uint8_t operation) {
    switch (operation) {
      case kDereference:
        dereference(8);
        return true;
      case kDereferenceSize:
        dereference(code_.next<std::uint8_t>());
        return true;
      case kAbsolute: {
        const std::uint64_t value = pop();
        push(value >> 63 != 0 ? 0 - value : value);
        return true;
      }
      case kNegate:
        push(0 - pop());
        return true;
      case kNot:
        push(~pop());
        return true;
      case kPlusConstant: {
        const std::uint64_t value = pop();
        push(value + code_.unsigned_leb());
        return true;
      }
      default:
        return false;
    }
  }

  bool jump(std::uint8_t operation) {
    if (operation != kBranch && operation != kSkip) return false;
    const std::int64_t distance = code_.next<std::int16_t>();
    if (operation == kBranch && pop() == 0) return true;
    const Address target = code_.at() + static_cast<Address>(distance);
    if (target < start_ || target > code_.end()) {
      failed_ = true;
    } else {
      code_ = Bytes(target, code_.end());
    }
    return true;
  }

  void two_operands(std::uint8_t operation) {
    const std::uint64_t right = pop();
    const std::uint64_t left = pop();
    const auto signed_left = static_cast<std::int64_t>(left);
    const auto signed_right = static_cast<std::int64_t>(right);
    const unsigned shift = right < 64 ? static_cast<unsigned>(right) : 63;
    switch (operation) {
      case kAnd:
        return push(left & right);
      case kOr:
        return push(left | right);
      case kXor:
        return push(left ^ right);
      case kPlus:
        return push(left + right);
      case kMinus:
        return push(left - right);
      case kMultiply:
        return push(left * right);
      case kDivide:
        return divide(signed_left, signed_right);
      case kModulo:
        return right == 0 ? fail() : push(left % right);
      case kShiftLeft:
        return push(right < 64 ? left << shift : 0);
      case kShiftRight:
        return push(right < 64 ? left >> shift : 0);
      case kShiftRightSigned:
        return push(static_cast<std::uint64_t>(signed_left >> shift));
      case kEqual:
        return push(left == right);
      case kNotEqual:
        return push(left != right);
      case kGreaterEqual:
        return push(signed_left >= signed_right);
      case kGreater:
        return push(signed_left > signed_right);
      case kLessEqual:
        return push(signed_left <= signed_right);
      case kLess:
        return push(signed_left < signed_right);
      default:
        return fail();
    }
  }

  void divide(std::int64_t left, std::int64_t right) {
    if (right == 0 || (right == -1 && left == std::numeric_limits<std::int64_t>::min())) {
      return fail();
    }
    push(static_cast<std::uint64_t>(left / right));
  }

  void fail() { failed_ = true; }

  Bytes code_;
  Address start_;
  const machine::Registers& registers_;
  CheckedWords* words_;
  int depth_ = 0;
  bool failed_ = false;
  std::uint64_t stack_[kDepth];
};

}  // namespace

bool evaluate(Bytes code, const machine::Registers& registers, CheckedWords* words,
              const std::uint64_t* initial, std::uint64_t* result) {
  Evaluation evaluation(code, registers, words);
  if (initial != nullptr) evaluation.push(*initial);
  return evaluation.run(result);
}

}  // namespace leakhook::unwind
