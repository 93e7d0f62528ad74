// SPDX-License-Identifier: Apache-2.0
// May this word be read? Asks the kernel, never faults, keeps errno.
#pragma once
#include "address.h"

namespace leakhook::unwind {

/// Is the page of this 4-aligned address mapped and readable? Async-signal-safe. One system call.
bool is_readable(Address word);

}  // namespace leakhook::unwind
