// SPDX-License-Identifier: Apache-2.0
// Which rule leaves the frame of this address? From the cache, or compiled and put there.
#pragma once
#include <atomic>

#include "capture.h"
#include "rule.h"
#include "rule_cache.h"

namespace leakhook::unwind {

#pragma GCC visibility push(hidden)  // no detour through the table of global addresses

extern RuleCache g_rules;
/// Told of every object that a rule is compiled for. May be null.
extern std::atomic<ObjectObserver> g_observer;

/// From another place of the cache than its home, or compiled and put there. Kept out of the walks'
/// own stack frames. Async-signal-safe.
__attribute__((noinline)) Rule find_or_compile(Address pc, bool is_exact,
                                               RuleCache::Generation generation);

#pragma GCC visibility pop

/// Never Rule::absent. `is_exact`: the address was interrupted, it is not a return address.
[[gnu::always_inline]] inline Rule rule_of(Address pc, bool is_exact,
                                           RuleCache::Generation generation) {
  Rule rule;
  if (g_rules.find_at_home(pc, is_exact, generation, &rule)) [[likely]]
    return rule;
  return find_or_compile(pc, is_exact, generation);
}

}  // namespace leakhook::unwind
