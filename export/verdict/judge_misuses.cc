// SPDX-License-Identifier: Apache-2.0
// Which misuses fail, which are only shown, and which did somebody ask not to hear of?
#include "judge_misuses.h"

#include <algorithm>
#include <tuple>

#include "fingerprint.h"
#include "ownership.h"
#include "stack_names.h"
#include "suppressions.h"

namespace leakhook::verdict {
namespace {

/// Why it does not fail although the policy fails for misuse; empty: it fails.
std::string excuse_of(const Misuse& misuse, const Policy& policy) {
  if (!policy.mark.empty()) return "misuse carries no mark";
  if (!policy.fail_on_own_only || is_own(misuse.stack, policy.own)) return {};
  const Frame* owner = owning_frame(misuse.stack);
  return "third party: " + (owner ? place_of(*owner) : "nobody's");
}

void decide(const Misuse& misuse, const Policy& policy, std::vector<SuppressionUse>* uses,
            MisuseFinding* finding) {
  for (std::size_t i = 0; i < policy.suppressions.size(); ++i) {
    const Suppression& rule = policy.suppressions[i];
    if (!suppresses(rule, misuse)) continue;
    (*uses)[i].count += misuse.count;
    finding->decision = Decision::suppressed;
    finding->reason = rule.text + " (" + rule.source + ")";
    return;
  }
  if (!policy.fail_on.misuse) return;
  finding->reason = excuse_of(misuse, policy);
  if (finding->reason.empty()) finding->decision = Decision::fails;
}

}  // namespace

std::vector<MisuseFinding> judge_misuses(const std::vector<Dump>& dumps, const Policy& policy,
                                         std::vector<SuppressionUse>* uses) {
  std::vector<MisuseFinding> findings;
  StackNamer namer;
  for (std::size_t dump = 0; dump < dumps.size(); ++dump) {
    for (std::size_t i = 0; i < dumps[dump].misuses.size(); ++i) {
      const Misuse& misuse = dumps[dump].misuses[i];
      MisuseFinding& finding = findings.emplace_back();
      finding.dump = dump;
      finding.misuse = i;
      finding.fingerprint = fingerprint_of(class_of(misuse), namer.names_of(misuse.stack));
      decide(misuse, policy, uses, &finding);
    }
  }
  std::stable_sort(findings.begin(), findings.end(),
                   [](const MisuseFinding& a, const MisuseFinding& b) {
                     return std::tie(a.dump, a.decision) < std::tie(b.dump, b.decision);
                   });
  return findings;
}

}  // namespace leakhook::verdict
