// SPDX-License-Identifier: Apache-2.0
// Which rule leaves the frame of this address? From the cache, or compiled and put there.
#include "rules.h"

#include "compile.h"
#include "frame.h"
#include "machine.h"
#include "object_lookup.h"

namespace leakhook::unwind {

constinit RuleCache g_rules;
constinit std::atomic<ObjectObserver> g_observer{nullptr};

namespace {

[[gnu::noinline, gnu::cold]] Rule compile_and_cache(Address pc, bool is_exact,
                                                    RuleCache::Generation generation) {
  const Frame frame{pc, 0, 0, is_exact};
  Object object;
  // Not cached: a library may be loaded here later, and opening one forgets no rules.
  if (frame.pc >= machine::kHighestCode || !find_object(frame.lookup(), &object)) {
    return Rule(Rule::no_rule);
  }
  const ObjectObserver observer = g_observer.load(std::memory_order_relaxed);
  if (observer != nullptr) observer(object);
  Rule rule = compile_rule(object, frame.lookup());
  // The code is believed more than tables that say something else of it.
  const bool is_odd = rule.kind() == Rule::no_rule || rule.kind() == Rule::all_registers;
  if (is_odd && is_signal_return(object, frame.pc)) rule = Rule(Rule::signal_frame);
  g_rules.insert(frame.pc, frame.is_exact, generation, rule);
  return rule;
}

}  // namespace

Rule find_or_compile(Address pc, bool is_exact, RuleCache::Generation generation) {
  const Rule rule = g_rules.find(pc, is_exact, generation);
  return rule.kind() != Rule::absent ? rule : compile_and_cache(pc, is_exact, generation);
}

Rule find_in_cache(Address pc, bool is_exact, RuleCache::Generation generation) {
  return g_rules.find(pc, is_exact, generation);
}

}  // namespace leakhook::unwind
