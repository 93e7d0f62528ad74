// SPDX-License-Identifier: Apache-2.0
// What does a report tell beside the findings? What was left out of it, and the judge's remarks.
#pragma once
#include <string>
#include <vector>

#include "phrases.h"

namespace leakhook::verdict {
struct Verdict;
}

namespace leakhook::report {

struct RootCause;

/// Lines such as {"suppressed", "3 stacks: 1.2 KiB in 12 blocks, 2 others; by 2 rules"}, visible(),
/// in the order in which they are told.
std::vector<Detail> asides(const verdict::Verdict& verdict, const std::vector<RootCause>& causes);

/// "2 leaks", "1 leak and 3 misuses": what fails. Requires: something does.
std::string failures_text(const verdict::Verdict& verdict, const std::vector<RootCause>& causes);

enum class State { clean, leaks, undecided, held };  ///< held: nobody asked for a judgement
State state_of(const verdict::Verdict& verdict);

/// "2 leaks in service (pid 12)", "no leaks", "undecided: …", "what is held in …".
std::string title_of(const verdict::Verdict& verdict, const std::vector<RootCause>& causes);

}  // namespace leakhook::report
