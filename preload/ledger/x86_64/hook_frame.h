// SPDX-License-Identifier: Apache-2.0
// Where does a hook's frame lie, and who called it? x86-64: call and the prologue put the return
// address and the saved frame pointer side by side, right below the CFA.
#pragma once
#include <cstdint>

#include "../../../unwind/capture.h"

namespace leakhook::ledger {

/// The frame of a hook: the saved frame pointer, then the return address. One register.
struct HookFrame {
  const unwind::Address* words;

  unwind::CallSite caller() const {
    return {{words[1]}, reinterpret_cast<unwind::Address>(words + 2), words[0]};
  }
};

/// The frame of the hook in which this stands. The hook needs a frame pointer
/// (-fno-omit-frame-pointer) and must not be inlined or tail-called.
#define LEAKHOOK_FRAME \
  ::leakhook::ledger::HookFrame { static_cast<const std::uint64_t*>(__builtin_frame_address(0)) }

}  // namespace leakhook::ledger
