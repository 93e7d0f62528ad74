// SPDX-License-Identifier: Apache-2.0
// How is it said that a process cannot be asked?
#pragma once
#include <sys/types.h>

#include <cstdio>
#include <string>

#include "outcome.h"

namespace leakhook {

/// One line on stderr. The exit status.
inline int refuse(pid_t pid, const std::string& reason) {
  std::fprintf(stderr, "leakhook: process %d: %s\n", static_cast<int>(pid), reason.c_str());
  return kExitUnable;
}

}  // namespace leakhook
