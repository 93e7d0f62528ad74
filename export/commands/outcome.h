// SPDX-License-Identifier: Apache-2.0
// How did a command end?
#pragma once

namespace leakhook {

/// leakhook itself could not do its work; never confused with leaks.
inline constexpr int kExitUnable = 24;
/// Leaks, where the program would have exited 0.
inline constexpr int kExitLeaks = 23;
/// A file could not be written.
inline constexpr int kExitNotWritten = 1;

}  // namespace leakhook
