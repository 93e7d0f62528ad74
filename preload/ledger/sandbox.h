// SPDX-License-Identifier: Apache-2.0
// Has this process put itself under a seccomp filter? Then system calls that it does not make
// itself are made only where they are known to be survived. life/sandbox.cc asks the filters.
//
// Written by the thread that installs a filter, before it holds; read by any thread.
#pragma once

namespace leakhook::ledger {

bool is_sandboxed();
bool may_mprotect();
bool may_madvise();
/// Address space may be given back, and the limit of it asked for.
bool may_unmap();

/// A filter is about to hold. What one filter forbids, the next cannot allow.
void note_sandbox(bool mprotect_survives = false, bool madvise_survives = false,
                  bool unmapping_survives = false);

}  // namespace leakhook::ledger
