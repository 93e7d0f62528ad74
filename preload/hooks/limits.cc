// SPDX-License-Identifier: Apache-2.0
// The hooks of the process's limits. What the books reserve of the address space counts against the
// program's limit on it.
#include "../ledger/sandbox.h"
#include "../life/life.h"
#include "declarations.h"

namespace leakhook {
namespace {

/// After the call: a limit that is refused takes nothing, and lowering one unmaps nothing.
int limited(int result, int resource, const void* limit) {
  const bool is_ours = result == 0 && resource == RLIMIT_AS && limit != nullptr;
  if (is_ours && ledger::may_unmap()) life::address_space_was_limited();
  return result;
}

int limited(int result, pid_t pid, int resource, const void* limit) {
  if (result != 0 || (pid != 0 && pid != getpid())) return result;
  return limited(result, resource, limit);
}

}  // namespace

int hook_setrlimit(__rlimit_resource_t resource, const rlimit* limit) {
  return limited(real::setrlimit(resource, limit), resource, limit);
}

int hook_setrlimit64(__rlimit_resource_t resource, const rlimit64* limit) {
  return limited(real::setrlimit64(resource, limit), resource, limit);
}

int hook_prlimit(pid_t pid, __rlimit_resource resource, const rlimit* limit, rlimit* before) {
  return limited(real::prlimit(pid, resource, limit, before), pid, resource, limit);
}

int hook_prlimit64(pid_t pid, __rlimit_resource resource, const rlimit64* limit, rlimit64* before) {
  return limited(real::prlimit64(pid, resource, limit, before), pid, resource, limit);
}

}  // namespace leakhook
