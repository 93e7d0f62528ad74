// SPDX-License-Identifier: Apache-2.0
// The hooks of fork and of the ends that pass no exit handler.
#include "../life/life.h"
#include "declarations.h"

namespace leakhook {

// The child's pages are wiped of our mark, and its first event finds out.
pid_t hook_fork() {
  const pid_t pid = real::fork();
  if (pid == 0) ledger::thread_forked();
  if (pid > 0) ledger::acquired(LEAKHOOK_CALLER, Kind::process, static_cast<std::uint64_t>(pid));
  return pid;
}

void hook__exit(int status) {
  life::process_ends();
  real::_exit(status);
  __builtin_unreachable();
}

void hook__Exit(int status) {
  life::process_ends();
  real::_Exit(status);
  __builtin_unreachable();
}

}  // namespace leakhook
