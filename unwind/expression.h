// SPDX-License-Identifier: Apache-2.0
// What does this DWARF expression give? The few operations that unwind tables use.
#pragma once
#include <cstdint>

#include "bytes.h"
#include "checked_words.h"
#include "machine.h"

namespace leakhook::unwind {

/// Evaluates `code` over known registers and checked memory (null: memory must not be needed).
/// `initial` is pushed first when not null. False: an operation or a word it may not use.
/// Async-signal-safe, bounded.
bool evaluate(Bytes code, const machine::Registers& registers, CheckedWords* words,
              const std::uint64_t* initial, std::uint64_t* result);

}  // namespace leakhook::unwind
