// SPDX-License-Identifier: Apache-2.0
// Where does a hook's frame lie, and who called it? AArch64: saved frame pointer and return address
// stand side by side, but not at the frame's upper end, which the compiler tells.
#pragma once
#include <cstdint>

#include "../../../unwind/capture.h"

namespace leakhook::ledger {

/// The frame of a hook: the saved frame pointer, then the return address; and its upper end.
struct HookFrame {
  const unwind::Address* words;
  unwind::Address cfa;

  unwind::CallSite caller() const { return {{words[1]}, cfa, words[0]}; }
};

/// The frame of the hook in which this stands. The hook needs a frame pointer
/// (-fno-omit-frame-pointer) and must not be inlined or tail-called.
#define LEAKHOOK_FRAME                                                     \
  ::leakhook::ledger::HookFrame {                                          \
    static_cast<const std::uint64_t*>(__builtin_frame_address(0)),         \
        reinterpret_cast<::leakhook::unwind::Address>(__builtin_dwarf_cfa()) \
  }

}  // namespace leakhook::ledger
