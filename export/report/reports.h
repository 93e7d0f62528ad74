// SPDX-License-Identifier: Apache-2.0
// In which forms can a verdict be told? One signature, so that commands wire them by a table.
// Texts in a verdict are valid UTF-8 but hostile; each report escapes for its own readers.
#pragma once
#include <string>

#include "../verdict/policy.h"

namespace leakhook::verdict {
struct Verdict;
}

namespace leakhook::report {

struct ReportOptions {
  /// By what was judged: the HTML report shows it.
  verdict::Policy policy;
  /// Absolute folder, usually of the repository: source files below it are named from there, as
  /// GitHub and SARIF viewers want them. Empty: files stay as the debug information names them.
  std::string source_root;
  bool colour = false;      ///< text: escape sequences of terminals
  bool everything = false;  ///< text: what does not fail, too, is told in full, not by a line
  std::string host;         ///< name of the machine for JUnit; empty: left out
  double run_seconds = -1;  ///< how long the program ran, for JUnit; negative: unknown
};

/// The whole text of a report, in UTF-8. Never throws but for memory.
using Report = std::string(const verdict::Verdict& verdict, const ReportOptions& options);

/// For people at a terminal; ends with the SUMMARY line.
Report text_report;
/// One testsuite for each process, one failed testcase for each root cause that fails.
Report junit_report;
/// SARIF 2.1.0, for code scanning.
Report sarif_report;
/// Workflow commands (`::error file=…`) for stdout of a GitHub Actions step.
Report github_report;
/// For a step summary or a comment on a change.
Report markdown_report;
/// For programs.
Report json_report;
/// One self-contained page.
Report html_report;

}  // namespace leakhook::report
