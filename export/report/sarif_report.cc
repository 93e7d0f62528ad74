// SPDX-License-Identifier: Apache-2.0
// What do code scanning systems import? SARIF 2.1.0: a rule for each kind and word, a result for
// each root cause, at the line that one would mend. Suppressed and known leaks are no results:
// systems that ignore SARIF's own suppressions would open alerts for them.
#include <nlohmann/json.hpp>

#include "../base_name.h"
#include "aside.h"
#include "cause_text.h"
#include "misuse_text.h"
#include "reports.h"
#include "root_causes.h"
#include "source_place.h"
#include "time_text.h"
#include "uri.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using json = nlohmann::ordered_json;
using verdict::Decision;

constexpr const char* kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr const char* kRoot = "SRCROOT";

json message(const std::string& text) { return {{"text", text}}; }

/// A file below the root by its path from there, any other by its absolute uri.
json artifact_location(const std::string& file, const ReportOptions& options) {
  if (const auto inside = below_root(file, options.source_root)) {
    json location = {{"uri", uri_of_path(*inside)}};
    if (!options.source_root.empty()) location["uriBaseId"] = kRoot;
    return location;
  }
  return {{"uri", (file.starts_with('/') ? "file://" : "") + uri_of_path(file)}};
}

json location_of(const verdict::Frame& frame, const ReportOptions& options) {
  json location = json::object();
  const std::string& file = frame.file.empty() ? frame.module : frame.file;
  if (!file.empty())
    location["physicalLocation"] = {{"artifactLocation", artifact_location(file, options)}};
  if (!frame.file.empty() && frame.line > 0)
    location["physicalLocation"]["region"] = {{"startLine", frame.line}};
  location["logicalLocations"] = {{{"fullyQualifiedName", frame.function}, {"kind", "function"}}};
  if (!frame.system_name.empty())
    location["logicalLocations"][0]["decoratedName"] = frame.system_name;
  return location;
}

json stack_of(const verdict::Stack& stack, const std::string& text, const ReportOptions& options) {
  json frames = json::array();
  for (const verdict::Frame& frame : stack) {
    json location = location_of(frame, options);
    location["message"] = message(frame_text(frame));
    frames.push_back({{"location", location}, {"module", base_name(frame.module)}});
  }
  return {{"message", message(text)}, {"frames", frames}};
}

/// The frame to mend, or the innermost one where no source is known.
const verdict::Frame* place_frame(const verdict::Stack& stack, const ReportOptions& options) {
  if (stack.empty()) return nullptr;
  const auto place = source_place(stack, options);
  return &stack[place ? place->frame : 0];
}

class SarifReport {
 public:
  SarifReport(const verdict::Verdict& verdict, const ReportOptions& options)
      : verdict_(verdict), options_(options), causes_(root_causes(verdict)) {}

  std::string text() {
    json results = json::array();
    for (const RootCause& cause : causes_)
      if (cause.decision == Decision::fails || cause.decision == Decision::shown)
        results.push_back(result_of(cause));
    for (const Decision decision : {Decision::fails, Decision::shown})
      for (const ToldMisuse& told : told_misuses(verdict_, decision))
        results.push_back(result_of(told));
    json run = {{"tool",
                 {{"driver",
                   {{"name", "leakhook"},
                    {"version", LEAKHOOK_VERSION},
                    {"semanticVersion", LEAKHOOK_VERSION},
                    {"rules", rules_}}}}},
                {"automationDetails", {{"id", "leakhook/"}}},
                {"columnKind", "utf16CodeUnits"}};
    if (!options_.source_root.empty())
      run["originalUriBaseIds"] = {
          {kRoot, {{"uri", "file://" + uri_of_path(options_.source_root) + "/"}}}};
    run["invocations"] = invocations();
    run["results"] = results;
    run["properties"] = {{"summary", verdict::summary_line(verdict_.totals)}};
    const json log = {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", json::array({run})}};
    return log.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
  }

 private:
  /// The index of the rule; written down when it is met first.
  std::size_t rule_index(const std::string& id, const std::string& title,
                         const std::string& meaning, const char* tag) {
    for (std::size_t i = 0; i < rules_.size(); ++i)
      if (rules_[i]["id"] == id) return i;
    rules_.push_back({{"id", id},
                      {"name", id},
                      {"shortDescription", message(title)},
                      {"fullDescription", message(meaning)},
                      {"help", message(meaning)},
                      {"defaultConfiguration", {{"level", "error"}}},
                      {"properties", {{"tags", {tag, "resource"}}}}});
    return rules_.size() - 1;
  }

  json result_of(const ToldMisuse& told) {
    const verdict::Dump& dump = verdict_.dumps[told.dump];
    json result = {{"ruleId", told.rule},
                   {"ruleIndex",
                    rule_index(told.rule, misuse_title(told), misuse_title(told) + ".", "misuse")},
                   {"level", told.decision == Decision::fails ? "error" : "warning"},
                   {"message", message(misuse_headline(told) + " in " + process_text(dump) + ".")}};
    result["locations"] = json::array();
    if (const verdict::Frame* frame = place_frame(told.misuse.stack, options_))
      result["locations"].push_back(location_of(*frame, options_));
    json stacks = json::array();
    json related = json::array();
    for (const NamedStack& one : misuse_stacks(told)) {
      if (one.stack->empty()) continue;
      stacks.push_back(stack_of(*one.stack, one.name, options_));
      if (one.stack == &told.misuse.stack) continue;
      json location = location_of(*place_frame(*one.stack, options_), options_);
      location["id"] = related.size() + 1;
      location["message"] = message(one.name);
      related.push_back(location);
    }
    if (!stacks.empty()) result["stacks"] = stacks;
    if (!related.empty()) result["relatedLocations"] = related;
    result["partialFingerprints"] = {{"leakhook/v1", told.fingerprint},
                                     {"primaryLocationLineHash", told.fingerprint + ":1"}};
    result["occurrenceCount"] = std::max<std::int64_t>(told.misuse.count, 1);
    result["properties"] = {{"process", dump.pid}, {"decision", verdict::text_of(told.decision)}};
    return result;
  }

  json result_of(const RootCause& cause) {
    const verdict::Dump& dump = verdict_.dumps[cause.dump];
    const Part& root = cause.root();
    json result = {{"ruleId", rule_of(root.holding)},
                   {"ruleIndex", rule_index(rule_of(root.holding), rule_title(root.holding),
                                            rule_meaning(root.holding), "leak")},
                   {"level", cause.decision == Decision::fails ? "error" : "warning"},
                   {"message", message(cause_headline(cause, dump) + " in " + process_text(dump) +
                                       details_text(root))}};
    result["locations"] = json::array();
    if (const verdict::Frame* frame = place_frame(root.holding.stack, options_))
      result["locations"].push_back(location_of(*frame, options_));
    add_below(cause, dump, &result);
    result["partialFingerprints"] = {{"leakhook/v1", root.fingerprint},
                                     {"primaryLocationLineHash", root.fingerprint + ":1"}};
    result["occurrenceCount"] = std::max<std::int64_t>(root.holding.count, 1);
    if (options_.policy.baseline && cause.decision == Decision::fails)
      result["baselineState"] = root.new_count < root.holding.count ? "updated" : "new";
    result["properties"] = {{"bytes", root.holding.bytes},
                            {"process", dump.pid},
                            {"decision", verdict::text_of(cause.decision)}};
    return result;
  }

  std::string details_text(const Part& part) const {
    std::string out;
    for (const Detail& detail : details(part, options_.policy.loop))
      out += "; " + detail.name + ": " + detail.text;
    return out + ".";
  }

  void add_below(const RootCause& cause, const verdict::Dump& dump, json* result) const {
    const bool is_estimate = dump.sample_bytes > 1;
    json stacks = json::array();
    json related = json::array();
    for (std::size_t i = 0; i < cause.parts.size(); ++i) {
      const Part& part = cause.parts[i];
      const std::string text = headline(part.holding, is_estimate);
      if (part.holding.stack.empty()) continue;
      stacks.push_back(stack_of(part.holding.stack, text, options_));
      if (i == 0) continue;
      json location = location_of(*place_frame(part.holding.stack, options_), options_);
      location["id"] = i;
      location["message"] = message("below: " + text);
      related.push_back(location);
    }
    if (!stacks.empty()) (*result)["stacks"] = stacks;
    if (!related.empty()) (*result)["relatedLocations"] = related;
  }

  json invocations() const {
    json out = json::array();
    for (const verdict::Dump& dump : verdict_.dumps) {
      json invocation = {{"executionSuccessful", verdict_.undecided.empty()},
                         {"commandLine", visible(dump.command)},
                         {"processId", dump.pid}};
      if (dump.time_ns > 0) invocation["endTimeUtc"] = utc_text(dump.time_ns) + "Z";
      out.push_back(invocation);
    }
    if (out.empty()) out.push_back({{"executionSuccessful", verdict_.undecided.empty()}});
    out[0]["toolExecutionNotifications"] = notifications();
    return out;
  }

  json notifications() const {
    json out = json::array();
    if (!verdict_.undecided.empty())
      out.push_back({{"level", "error"}, {"message", message(visible(verdict_.undecided))}});
    for (const Detail& aside : asides(verdict_, causes_))
      out.push_back({{"level", "note"}, {"message", message(aside.name + ": " + aside.text)}});
    return out;
  }

  const verdict::Verdict& verdict_;
  const ReportOptions& options_;
  const std::vector<RootCause> causes_;
  json rules_ = json::array();
};

}  // namespace

std::string sarif_report(const verdict::Verdict& verdict, const ReportOptions& options) {
  return SarifReport(verdict, options).text();
}

}  // namespace leakhook::report
