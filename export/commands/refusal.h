// SPDX-License-Identifier: Apache-2.0
// How is it said that a process cannot be asked?
#pragma once
#include <sys/types.h>

#include <string>

#include "outcome.h"
#include "say.h"

namespace leakhook {

/// One line on stderr. The exit status.
inline int refuse(pid_t pid, const std::string& reason) {
  say("process " + std::to_string(pid) + ": " + reason);
  return kExitUnable;
}

}  // namespace leakhook
