// SPDX-License-Identifier: Apache-2.0
// May a hook read what the program points to, before the kernel has looked at it? A bad pointer is
// the kernel's to refuse: EFAULT for the program, not a fault in us.
#pragma once
#include <cstddef>

namespace leakhook::ledger {

/// Requires: no other thread unmaps it meanwhile. Async-signal-safe, keeps errno; one system call a
/// page, none for what lies on the calling thread's own stack.
bool can_be_read(const void* at, std::size_t size);

}  // namespace leakhook::ledger
