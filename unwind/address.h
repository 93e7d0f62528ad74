// SPDX-License-Identifier: Apache-2.0
// What kind of code address is this? A return address points behind the call it returns to.
#pragma once
#include <cstdint>

namespace leakhook::unwind {

using Address = std::uint64_t;

/// A return address as it stands on the stack. Rules, lines and symbols belong to the call before
/// it, which may be the last instruction of its function: look those up with for_lookup().
struct ReturnAddress {
  Address value;
  /// One byte back lies inside the call instruction on every architecture.
  Address for_lookup() const { return value - 1; }
};

}  // namespace leakhook::unwind
