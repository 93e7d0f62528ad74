// SPDX-License-Identifier: Apache-2.0
// Which calls put the process under a filter, or take the clocks away? Asked by the hooks of prctl
// and syscall beforehand.
#pragma once

namespace leakhook {

/// prctl(option, a, b, …) is about to be called.
void note_prctl(long option, unsigned long a, unsigned long b);
/// seccomp(operation, flags, argument) is about to be called.
void note_seccomp(unsigned long operation, const void* argument);

}  // namespace leakhook
