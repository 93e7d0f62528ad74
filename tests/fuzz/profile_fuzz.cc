// SPDX-License-Identifier: Apache-2.0
// Which profile harms those who judge and report? Whatever a file says, each report is well formed;
// what a verdict offers as baseline and as suppressions silences what it tells of. An input is a
// serialized profile, or gzip.
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "../../export/gzip.h"
#include "../../export/report/reports.h"
#include "../../export/verdict/baseline.h"
#include "../../export/verdict/dump_diff.h"
#include "../../export/verdict/policy_parser.h"
#include "../../export/verdict/profile_reader.h"
#include "../../export/verdict/suppression_list.h"
#include "../../export/verdict/suppressions.h"
#include "fuzz.h"

using namespace leakhook;
using fuzz::require;

namespace {

verdict::Policy strictest() {
  verdict::Policy policy = verdict::default_policy();
  verdict::parse_fail_on("all", &policy.fail_on);
  policy.suppressions.clear();
  return policy;
}

void check_reports(const verdict::Verdict& verdict) {
  report::ReportOptions options;
  options.policy = strictest();
  options.source_root = "/src";
  options.everything = true;
  report::text_report(verdict, options);
  report::github_report(verdict, options);
  report::markdown_report(verdict, options);
  report::html_report(verdict, options);
  require(nlohmann::json::accept(report::json_report(verdict, options)), "JSON is well formed");
  require(nlohmann::json::accept(report::sarif_report(verdict, options)), "SARIF is well formed");
  pugi::xml_document junit;
  require(junit.load_string(report::junit_report(verdict, options).c_str()), "XML is well formed");
}

bool has_leak(const verdict::Verdict& verdict) {
  for (const verdict::Finding& finding : verdict.findings)
    if (finding.decision == verdict::Decision::fails) return true;
  return false;
}

void check_baseline(const verdict::Dump& dump, const verdict::Verdict& before) {
  verdict::Policy policy = strictest();
  const std::string text = verdict::baseline_text(verdict::baseline_of(before));
  require(verdict::parse_baseline(text, "own", &policy.baseline.emplace()).empty(),
          "our baseline can be read");
  require(!has_leak(verdict::judge({dump}, policy)), "our baseline knows every leak");
}

void check_suppressions(const verdict::Dump& dump, const verdict::Verdict& before) {
  verdict::Policy policy = strictest();
  const std::string text = verdict::suppression_list(before);
  require(verdict::parse_suppressions(text, "own", &policy.suppressions).empty(),
          "our suppressions can be read");
  require(!has_leak(verdict::judge({dump}, policy)), "our suppressions silence every leak");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(fuzz::text_of(bytes, size));
  const bool is_gzip = text.starts_with("\x1f\x8b");
  std::vector<std::string> errors;
  const auto dump =
      verdict::dump_of({{"heap", "heap.pb.gz", is_gzip ? text : compressed(text)}}, &errors);
  require(dump.has_value() == errors.empty(), "a profile is read or refused");
  if (!dump) return 0;
  const verdict::Verdict verdict = verdict::judge({*dump}, strictest());
  check_reports(verdict);
  check_reports(verdict::unjudged({*dump}));
  check_baseline(*dump, verdict);
  check_suppressions(*dump, verdict);
  require(verdict::difference({*dump}, {*dump}).count_of(verdict::Change::same) ==
              verdict::difference({*dump}, {*dump}).stacks.size(),
          "a dump differs in nothing from itself");
  return 0;
}
