// SPDX-License-Identifier: Apache-2.0
// Telling the calls that install a filter, or forbid the processor's counter, from the others.
#include "sandbox_calls.h"

#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

#include "../base/system.h"
#include "../ledger/program_memory.h"
#include "../life/sandbox.h"

namespace leakhook {
namespace {

/// The kernel refuses all others, and a null filter only asks whether it knows filters.
bool is_filter(const sock_fprog* filter) {
  return ledger::can_be_read(filter, sizeof *filter) && filter->len > 0 &&
         filter->len <= BPF_MAXINSNS &&
         ledger::can_be_read(filter->filter, filter->len * sizeof *filter->filter);
}

}  // namespace

void note_seccomp(unsigned long operation, const void* argument) {
  if (operation == SECCOMP_SET_MODE_STRICT) {
    sys::counter_is_forbidden();
    life::sandbox_begins(nullptr);
  }
  const auto* filter = static_cast<const sock_fprog*>(argument);
  if (operation == SECCOMP_SET_MODE_FILTER && is_filter(filter)) life::sandbox_begins(filter);
}

void note_prctl(long option, unsigned long a, unsigned long b) {
  if (option == PR_SET_TSC && a == PR_TSC_SIGSEGV) sys::counter_is_forbidden();
  if (option != PR_SET_SECCOMP) return;
  if (a == SECCOMP_MODE_STRICT) note_seccomp(SECCOMP_SET_MODE_STRICT, nullptr);
  if (a == SECCOMP_MODE_FILTER)
    note_seccomp(SECCOMP_SET_MODE_FILTER, reinterpret_cast<const void*>(b));
}

}  // namespace leakhook
