// SPDX-License-Identifier: Apache-2.0
// The words of the calling thread's own stack.
#pragma once
#include "address.h"

namespace leakhook::unwind {

/// A word of the calling thread's own stack, between its present end and its top. The sanitizers
/// would call other frames' words out of bounds: so would they in a function that this were forced
/// into, thus no always_inline.
__attribute__((no_sanitize("address"), no_sanitize("thread"))) inline std::uint64_t word_at(
    Address address) {
  using Word __attribute__((may_alias)) = std::uint64_t;
  return *reinterpret_cast<const Word*>(address);
}

}  // namespace leakhook::unwind
