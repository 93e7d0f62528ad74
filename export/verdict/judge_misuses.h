// SPDX-License-Identifier: Apache-2.0
// Which misuses fail, which are only shown, and which did somebody ask not to hear of?
#pragma once
#include <vector>

#include "verdict.h"

namespace leakhook::verdict {

/// Shown unless the policy fails for misuse; `misuse:` rules end both. What they end is added to
/// `uses`, which has one entry for each rule of the policy.
std::vector<MisuseFinding> judge_misuses(const std::vector<Dump>& dumps, const Policy& policy,
                                         std::vector<SuppressionUse>* uses);

}  // namespace leakhook::verdict
