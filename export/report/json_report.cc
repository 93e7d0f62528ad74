// SPDX-License-Identifier: Apache-2.0
// What do programs read? Everything that is held, process by process, as JSON.
#include <nlohmann/json.hpp>

#include "../verdict/verdict.h"
#include "reports.h"
#include "time_text.h"

namespace leakhook::report {
namespace {

using nlohmann::ordered_json;

ordered_json stack_of(const verdict::Stack& stack) {
  ordered_json frames = ordered_json::array();
  for (const verdict::Frame& frame : stack) {
    ordered_json one = {{"function", frame.function}};
    if (!frame.file.empty()) one["file"] = frame.file;
    if (frame.line > 0) one["line"] = frame.line;
    if (!frame.module.empty()) one["module"] = frame.module;
    frames.push_back(std::move(one));
  }
  return frames;
}

ordered_json finding_of(const verdict::Finding& finding, const verdict::Holding& holding) {
  ordered_json one = {{"kind", row_of(holding.kind).label},
                      {"word", verdict::text_of(holding.word)},
                      {"count", holding.count},
                      {"bytes", holding.bytes},
                      {"decision", verdict::text_of(finding.decision)},
                      {"fingerprint", finding.fingerprint}};
  if (!finding.reason.empty()) one["reason"] = finding.reason;
  if (!holding.origin.empty()) one["origin"] = holding.origin;
  if (!holding.thread.empty()) one["thread"] = holding.thread;
  if (holding.oldest_s >= 0) one["oldest_seconds"] = holding.oldest_s;
  if (holding.leak != 0) one["root_cause"] = holding.leak;
  if (!holding.fds.empty()) one["fds"] = holding.fds;
  if (!holding.paths.empty()) one["paths"] = holding.paths;
  if (!holding.peers.empty()) one["peers"] = holding.peers;
  if (!holding.mark.empty()) one["mark"] = holding.mark;
  one["stack"] = stack_of(holding.stack);
  return one;
}

ordered_json misuse_of(const verdict::MisuseFinding& finding, const verdict::Misuse& misuse) {
  ordered_json one = {{"misuse", row_of(misuse.misuse).name},
                      {"count", misuse.count},
                      {"decision", verdict::text_of(finding.decision)},
                      {"fingerprint", finding.fingerprint}};
  if (misuse.kind != Kind::none) one["kind"] = row_of(misuse.kind).label;
  if (!finding.reason.empty()) one["reason"] = finding.reason;
  if (!misuse.thread.empty()) one["thread"] = misuse.thread;
  if (misuse.age_s >= 0) one["oldest_seconds"] = misuse.age_s;
  one["stack"] = stack_of(misuse.stack);
  if (!misuse.closed.empty()) one["closed_before"] = stack_of(misuse.closed);
  if (!misuse.opened.empty()) one["opened"] = stack_of(misuse.opened);
  return one;
}

}  // namespace

std::string json_report(const verdict::Verdict& verdict, const ReportOptions&) {
  ordered_json processes = ordered_json::array();
  for (const verdict::Dump& dump : verdict.dumps)
    processes.push_back({{"pid", dump.pid},
                         {"program", dump.program},
                         {"command", dump.command},
                         {"time", utc_text(dump.time_ns) + "Z"},
                         {"sample_bytes", dump.sample_bytes},
                         {"is_reach_known", dump.is_reach_known},
                         {"losses", dump.losses},
                         {"holdings", ordered_json::array()},
                         {"misuses", ordered_json::array()}});
  for (const verdict::Finding& finding : verdict.findings)
    processes[finding.dump]["holdings"].push_back(
        finding_of(finding, verdict.dumps[finding.dump].holdings[finding.holding]));
  for (const verdict::MisuseFinding& finding : verdict.misuses)
    processes[finding.dump]["misuses"].push_back(
        misuse_of(finding, verdict.dumps[finding.dump].misuses[finding.misuse]));
  const ordered_json report = {{"version", LEAKHOOK_VERSION},
                               {"is_judged", verdict.is_judged},
                               {"has_leaks", verdict.has_leaks},
                               {"remarks", verdict.remarks},
                               {"processes", std::move(processes)}};
  // All but ASCII is escaped: programs read what it was, and a terminal nothing that commands it.
  return report.dump(2, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace leakhook::report
