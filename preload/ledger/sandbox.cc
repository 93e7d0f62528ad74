// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <atomic>

namespace leakhook::ledger {
namespace {
constinit std::atomic<bool> was_noted{false};
}
bool is_sandboxed() { return was_noted.load(std::memory_order_relaxed); }
void note_sandbox() { was_noted.store(true, std::memory_order_relaxed); }
}  // namespace leakhook::ledger
