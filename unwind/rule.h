// SPDX-License-Identifier: Apache-2.0
// How is one frame left? The answer for one code address, in eight bytes.
#pragma once
#include <cstdint>
#include <limits>

namespace leakhook::unwind {

/// What unwind tables say for an address, reduced to what almost all of them say: the CFA is a
/// stack or frame pointer plus a constant, the return address lies right below it, and the caller's
/// frame pointer is unchanged or saved. The rarer forms have kinds of their own.
class Rule {
 public:
  enum Kind : std::uint8_t {
    absent,         ///< not a rule: nothing was compiled yet
    stack_pointer,  ///< cfa = sp + offset
    frame_pointer,  ///< cfa = fp + offset
    stored_cfa,     ///< cfa = *(fp + offset): over-aligned frames with alloca
    signal_frame,   ///< the caller is the interrupted code; its registers stand in the ucontext at
                    ///< sp
    outermost,      ///< there is no caller
    all_registers,  ///< needs registers or expressions that a walk by rules does not carry
    no_rule,        ///< the object has no entry for this address
  };
  enum class FramePointer : std::uint8_t {
    same,
    at_cfa,  ///< saved at cfa + slot
    at_own,  ///< saved where the frame pointer points
    lost,
  };

  constexpr Rule() = default;
  constexpr explicit Rule(Kind kind) : bits_(std::uint64_t{kind} << kKindShift) {}
  constexpr Rule(Kind kind, std::int32_t offset, FramePointer frame_pointer,
                 std::int16_t slot_words)
      : bits_(static_cast<std::uint32_t>(offset) |
              std::uint64_t{static_cast<std::uint16_t>(slot_words)} << 32 |
              std::uint64_t{kind} << kKindShift |
              std::uint64_t{static_cast<std::uint8_t>(frame_pointer)} << kFramePointerShift) {}
  static constexpr Rule from_bits(std::uint64_t bits) {
    Rule rule;
    rule.bits_ = bits;
    return rule;
  }

  /// The bits that say where the caller's return address lies, and whether its frame pointer is one
  /// of the two usual forms.
  static constexpr std::uint64_t kMovement = 0x002f'0000'ffff'ffffULL;

  constexpr std::uint64_t bits() const { return bits_; }
  constexpr Kind kind() const { return static_cast<Kind>(bits_ >> kKindShift & 0xf); }
  /// One of the two forms that nearly every frame has.
  constexpr bool is_usual() const { return kind() <= frame_pointer; }
  constexpr std::int64_t offset() const { return static_cast<std::int32_t>(bits_); }
  constexpr FramePointer frame_pointer_rule() const {
    return static_cast<FramePointer>(bits_ >> kFramePointerShift & 3);
  }
  /// Where the frame pointer was saved, relative to the CFA.
  constexpr std::int64_t slot() const {
    return std::int64_t{8} * static_cast<std::int16_t>(bits_ >> 32);
  }

 private:
  static constexpr int kKindShift = 48;
  static constexpr int kFramePointerShift = 52;
  std::uint64_t bits_ = 0;
};
static_assert(sizeof(Rule) == 8, "a cache entry is a key and a rule: 16 bytes");

}  // namespace leakhook::unwind
