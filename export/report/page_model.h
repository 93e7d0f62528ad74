// SPDX-License-Identifier: Apache-2.0
// What does the page of the HTML report know of a verdict?
#pragma once
#include <string>
#include <vector>

namespace leakhook::verdict {
struct Verdict;
}

namespace leakhook::report {

struct ReportOptions;
struct RootCause;

/// A JSON text that may stand inside of a <script> element.
std::string page_model(const verdict::Verdict& verdict, const std::vector<RootCause>& causes,
                       const ReportOptions& options);

/// What state_of() is called in the page: "clean", "leaks", "undecided" or "held".
const char* state_name(const verdict::Verdict& verdict);

}  // namespace leakhook::report
