// SPDX-License-Identifier: Apache-2.0
// Has this process put itself under a seccomp filter? Then system calls that are not needed are not
// made. hooks/ reports what the program asks of prctl and syscall.
#pragma once

namespace leakhook::ledger {

/// True from the moment the program forbade itself new privileges or installed a filter.
bool is_sandboxed();
/// Async-signal-safe.
void note_sandbox();

}  // namespace leakhook::ledger
