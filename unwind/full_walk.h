// SPDX-License-Identifier: Apache-2.0
// What when a frame needs more than stack and frame pointer? A second walk that carries all
// registers.
#pragma once
#include <cstdint>
#include <span>

#include "capture.h"
#include "frame.h"

namespace leakhook::unwind {

/// Starts in its own frame, where all registers are at hand, climbs to `from` and goes on from
/// there, writing addresses behind out[*count]. Rules are not cached: this is slow and rare.
/// Async-signal-safe, about 2 KiB of stack. End::no_rule also when `from` is not above us.
End walk_fully(const Frame& from, ObjectObserver observer, CheckedWords* words,
               std::span<Address> out, std::uint32_t* count);

}  // namespace leakhook::unwind
