// SPDX-License-Identifier: Apache-2.0
// How does a verdict look that shows everything and judges nothing?
#include "policy_parser.h"
#include "verdict.h"

namespace leakhook::verdict {

Verdict unjudged(std::vector<Dump> dumps) {
  Policy everything;
  parse_fail_on("all", &everything.fail_on);
  // Its order, fingerprints and sums are those of a judgement.
  Verdict verdict = judge(std::move(dumps), everything);
  for (Finding& finding : verdict.findings) {
    const Holding& holding = verdict.dumps[finding.dump].holdings[finding.holding];
    finding.decision = Decision::shown;
    finding.reason.clear();
    finding.new_count = holding.count;
    finding.new_bytes = holding.bytes;
  }
  for (MisuseFinding& finding : verdict.misuses) {
    finding.decision = Decision::shown;
    finding.reason.clear();
  }
  verdict.is_judged = false;
  verdict.has_leaks = false;
  verdict.undecided.clear();
  return verdict;
}

}  // namespace leakhook::verdict
