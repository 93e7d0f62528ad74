// SPDX-License-Identifier: Apache-2.0
// What does a verdict know of a holding while it is being decided? Each step of judge() takes all
// cases and changes those that are still open to it.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "verdict.h"

namespace leakhook::verdict {

struct Case {
  Finding finding;
  const Holding* holding = nullptr;
  std::string kind_class;          ///< see class_of()
  std::vector<std::string> names;  ///< see stack_names()

  bool fails() const { return finding.decision == Decision::fails; }
  void decide(Decision decision, std::string reason) {
    finding.decision = decision;
    finding.reason = std::move(reason);
    finding.new_count = finding.new_bytes = 0;
  }
};

/// All holdings of all dumps, with the first decision of select(). In an order that does not depend
/// on that of the holdings: by dump, class and stack, the largest first. Requires: `dumps` stays
/// where it is.
std::vector<Case> cases_of(const std::vector<Dump>& dumps, const Policy& policy);

/// Those of one class and stack in one dump stand side by side: calls `use` with each such run.
template <class Use>
void for_each_stack(std::vector<Case>& cases, Use use) {
  const auto is_same = [](const Case& a, const Case& b) {
    return a.finding.dump == b.finding.dump && a.kind_class == b.kind_class && a.names == b.names;
  };
  for (std::size_t first = 0; first < cases.size();) {
    std::size_t end = first + 1;
    while (end < cases.size() && is_same(cases[first], cases[end])) ++end;
    use(std::span<Case>(cases).subspan(first, end - first));
    first = end;
  }
}

// The steps, in the order in which judge() takes them.

/// Suppresses; blocks that hang below a suppressed root cause go with it, as in LeakSanitizer.
std::vector<SuppressionUse> apply_suppressions(std::vector<Case>& cases,
                                               const std::vector<Suppression>& rules);

/// Leaves of each stack only what the baseline does not have. Entries that no case matches,
/// whatever was decided about it, come back.
std::vector<BaselineEntry> apply_baseline(std::vector<Case>& cases,
                                          const std::vector<BaselineEntry>& baseline);

/// Lets go what fails, together with all of its root cause or stack, with fewer bytes than `least`.
void apply_least_bytes(std::vector<Case>& cases, std::int64_t least);

/// Lets go what an allowance covers, in each dump for itself. One that is kept to frees all that it
/// speaks of; what it freed does not count against the others.
void apply_allowances(std::vector<Case>& cases, const std::vector<Allowance>& allowances);

}  // namespace leakhook::verdict
