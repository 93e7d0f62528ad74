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

/// From another place of the cache than its home. Rule::absent: it is not there.
__attribute__((noinline)) Rule find_in_cache(Address pc, bool is_exact,
                                             RuleCache::Generation generation);

#pragma GCC visibility pop

/// From its home in the cache, else what one of the two above says.
[[gnu::always_inline]] inline Rule rule_from_home_or(Rule (*elsewhere)(Address, bool,
                                                                       RuleCache::Generation),
                                                     Address pc, bool is_exact,
                                                     RuleCache::Generation generation) {
  Rule rule;
  if (g_rules.find_at_home(pc, is_exact, generation, &rule)) [[likely]]
    return rule;
  return elsewhere(pc, is_exact, generation);
}

/// Never Rule::absent. `is_exact`: the address was interrupted, it is not a return address.
[[gnu::always_inline]] inline Rule rule_of(Address pc, bool is_exact,
                                           RuleCache::Generation generation) {
  return rule_from_home_or(find_or_compile, pc, is_exact, generation);
}

/// Rule::absent: it was not compiled yet. Any word may be asked for.
[[gnu::always_inline]] inline Rule cached_rule_of(Address pc, bool is_exact,
                                                  RuleCache::Generation generation) {
  return rule_from_home_or(find_in_cache, pc, is_exact, generation);
}

}  // namespace leakhook::unwind
