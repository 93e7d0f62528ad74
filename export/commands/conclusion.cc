// SPDX-License-Identifier: Apache-2.0
// What follows from what lies there?
#include "conclusion.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "../report/reports.h"
#include "../verdict/baseline.h"
#include "../verdict/embedded_suppressions.h"
#include "named_file.h"
#include "outcome.h"
#include "say.h"

namespace leakhook {
namespace {

bool wants_colour(std::FILE* file) {
  const char* terminal = std::getenv("TERM");
  const char* refused = std::getenv("NO_COLOR");
  return isatty(fileno(file)) && !(refused && *refused) && terminal &&
         std::string_view(terminal) != "dumb";
}

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? name : "";
}

bool write_reports(const verdict::Verdict& verdict, const report::ReportOptions& how,
                   const PolicyOptions& options) {
  const struct {
    const std::string& path;
    report::Report& make;
  } kForms[] = {{options.junit, report::junit_report},
                {options.sarif, report::sarif_report},
                {options.html, report::html_report},
                {options.markdown, report::markdown_report}};
  bool is_all_written = true;
  for (const auto& form : kForms)
    if (!form.path.empty()) is_all_written &= write_named_file(form.path, form.make(verdict, how));
  return is_all_written;
}

}  // namespace

int conclude(Evidence evidence, const PolicyOptions& options) {
  verdict::Policy policy = options.policy;
  const std::vector<std::string> unused =
      verdict::add_embedded_suppressions(evidence.dumps, &policy.suppressions);
  evidence.remarks.insert(evidence.remarks.end(), unused.begin(), unused.end());
  verdict::Verdict verdict = verdict::judge(std::move(evidence.dumps), policy);
  verdict.remarks.insert(verdict.remarks.end(), evidence.remarks.begin(), evidence.remarks.end());
  report::ReportOptions how;
  how.policy = std::move(policy);
  how.source_root = options.source_root;
  how.colour = wants_colour(evidence.text_to);
  how.everything = options.shows_all;
  how.host = host_name();
  how.run_seconds = evidence.run_seconds;
  const bool is_worth_a_text = verdict.has_leaks || !verdict.undecided.empty();
  if (!options.is_quiet || is_worth_a_text)
    std::fputs(report::text_report(verdict, how).c_str(), evidence.text_to);
  if (options.is_github) std::fputs(report::github_report(verdict, how).c_str(), evidence.text_to);
  std::fflush(evidence.text_to);
  bool is_done = write_reports(verdict, how, options);
  if (options.updates_baseline) {
    const std::string error =
        verdict::write_baseline(options.baseline, verdict::baseline_of(verdict));
    if (!error.empty()) say(error);
    return is_done && error.empty() ? 0 : kExitUnable;
  }
  if (verdict.has_leaks) return kExitLeaks;
  if (!verdict.undecided.empty()) {
    say(verdict.undecided);
    is_done = false;
  }
  return is_done ? 0 : kExitUnable;
}

}  // namespace leakhook
