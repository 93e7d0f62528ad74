// SPDX-License-Identifier: Apache-2.0
// Does the policy ask for a holding at all? The first question of a verdict, before suppressions,
// baseline and thresholds.
#pragma once
#include <cstdint>
#include <string>

#include "verdict.h"

namespace leakhook::verdict {

struct Selection {
  Decision decision = Decision::not_judged;  ///< fails, shown or not_judged
  std::string reason;                        ///< may be empty
};

Selection select(const Holding& holding, const Policy& policy);

/// How many of it count: not the descriptors 0 to 2, which belong to whoever started the program.
std::int64_t judged_count(const Holding& holding);

/// Would it help to know which heap blocks are reachable? Not where every block fails anyway.
bool asks_for_reach(const FailOn& fail_on);

}  // namespace leakhook::verdict
