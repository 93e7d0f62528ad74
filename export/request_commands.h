// SPDX-License-Identifier: Apache-2.0
// `leakhook dump|on|off PID`: asks a living service for something.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace leakhook {

/// Prints the names of the profiles on stdout. The exit status.
int run_dump(pid_t pid, std::uint8_t labels, std::chrono::milliseconds timeout);

/// Begins or ends recording. The exit status.
int run_switch(pid_t pid, bool is_on);

}  // namespace leakhook
