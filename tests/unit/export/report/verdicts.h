// SPDX-License-Identifier: Apache-2.0
// Verdicts as a judge might have spoken them, for tests of reports.
#pragma once
#include <string>

#include "../../../../export/report/reports.h"
#include "../../../../export/verdict/verdict.h"

namespace leakhook::report {

verdict::Frame frame(std::string function, std::string file = "", std::int64_t line = 0,
                     std::string module = "/srv/bin/service");

/// The stack of a service that handles requests, below the given inner frames.
verdict::Stack service_stack(verdict::Stack inner);

/// Adds a holding and its finding to a process of the verdict; the reference lives until the next.
struct Added {
  verdict::Holding& holding;
  verdict::Finding& finding;
};
Added add(verdict::Verdict* verdict, std::size_t dump, verdict::Holding holding,
          verdict::Decision decision);

/// A heap holding.
verdict::Holding blocks(verdict::Word word, std::int64_t count, std::int64_t size,
                        verdict::Stack stack);
/// Any other.
verdict::Holding held(Kind kind, std::int64_t count, verdict::Stack stack);

/// One process without a finding.
verdict::Verdict clean_verdict();
/// One process: a definite leak of 512 blocks by two threads with 64 below it, three sockets.
verdict::Verdict leaking_verdict();
/// Two processes with everything that a report can tell.
verdict::Verdict rich_verdict();
/// The rich one's policy, with an unused suppression and a baseline.
ReportOptions rich_options();

/// One process that closed a socket twice, with the three stacks, and nothing else.
verdict::Verdict misusing_verdict(verdict::Decision decision);

/// Text that breaks out of each format: markup, quotes, control characters, other directions of
/// writing, bytes that are no UTF-8, fences, workflow commands.
extern const std::string kHostile;
/// Every text of it is hostile.
verdict::Verdict hostile_verdict();
ReportOptions hostile_options();

}  // namespace leakhook::report
