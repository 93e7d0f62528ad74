// SPDX-License-Identifier: Apache-2.0
// Where does a walk stand, and how far did one step get? Steps that need no unwind table.
#pragma once
#include <cstdint>

#include "address.h"
#include "checked_words.h"

namespace leakhook::unwind {

/// A function that is being walked out of: what its rule starts from.
struct Frame {
  Address pc;
  Address sp;
  Address fp;
  bool is_exact;  ///< the pc was interrupted: it is not a return address
  /// The address whose rule applies.
  Address lookup() const { return is_exact ? pc : ReturnAddress{pc}.for_lookup(); }
};

enum class Step : std::uint8_t { moved, outermost, no_rule, unreadable };

/// How often one walk may leave a stack for a lower one, as signal handlers on a stack of their own
/// do: once per nested handler.
constexpr int kMaxStackChanges = 8;

/// Code without unwind tables (JIT): follows the frame pointer when it is credible, that is
/// aligned, readable, shortly above the stack pointer, and itself followed by a higher one.
Step follow_frame_pointer(Frame* frame, CheckedWords* words);

/// To the code that a signal interrupted. Its stack may be another one, thus lower.
Step leave_signal_frame(Frame* frame, CheckedWords* words, int* stack_changes);

/// Whether the stack went the right way between two frames of a signal.
bool may_change_stack(Address from, Address to, int* stack_changes);

}  // namespace leakhook::unwind
