// SPDX-License-Identifier: Apache-2.0
// What would a seccomp filter say to a system call? Asked before the filter is installed, as asking
// by trying may be deadly.
#pragma once
#include <linux/filter.h>

#include <cstdint>

namespace leakhook {

/// What the filter returns (SECCOMP_RET_*) for a call of `number` whose first argument is
/// `argument` and whose others are zero. A program that the kernel would refuse gives
/// SECCOMP_RET_KILL_PROCESS. Never allocates; ends after at most `length` steps, as the classic BPF
/// of filters jumps forward only. Requires: program.filter is readable.
std::uint32_t ask_filter(const sock_fprog& program, long number, std::uint64_t argument);

/// Would this answer let the process live?
bool is_survivable(std::uint32_t answer);

}  // namespace leakhook
