// SPDX-License-Identifier: Apache-2.0
// What does a person at a terminal read of what is only looked at?
#pragma once
#include <cstddef>
#include <string>

#include "reports.h"

namespace leakhook::report {

/// Each stack with what it holds, the largest of each kind first; `most` of each kind, 0: all.
/// Requires: an unjudged verdict.
std::string holdings_text(const verdict::Verdict& verdict, const ReportOptions& options,
                          std::size_t most);

}  // namespace leakhook::report
