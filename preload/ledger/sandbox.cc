// SPDX-License-Identifier: Apache-2.0
// One small fact and its three readers: what filters of the program leave us.
#include "sandbox.h"

#include <atomic>

namespace leakhook::ledger {
namespace {
constinit std::atomic<bool> has_filter{false};
constinit std::atomic<bool> is_mprotect_deadly{false};
constinit std::atomic<bool> is_madvise_deadly{false};
constinit std::atomic<bool> is_unmapping_deadly{false};
}  // namespace

bool is_sandboxed() { return has_filter.load(std::memory_order_relaxed); }
bool may_mprotect() { return !is_mprotect_deadly.load(std::memory_order_relaxed); }
bool may_madvise() { return !is_madvise_deadly.load(std::memory_order_relaxed); }
bool may_unmap() { return !is_unmapping_deadly.load(std::memory_order_relaxed); }

void note_sandbox(bool mprotect_survives, bool madvise_survives, bool unmapping_survives) {
  has_filter.store(true, std::memory_order_relaxed);
  if (!mprotect_survives) is_mprotect_deadly.store(true, std::memory_order_relaxed);
  if (!madvise_survives) is_madvise_deadly.store(true, std::memory_order_relaxed);
  if (!unmapping_survives) is_unmapping_deadly.store(true, std::memory_order_relaxed);
}

}  // namespace leakhook::ledger
