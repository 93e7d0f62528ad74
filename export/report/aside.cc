// SPDX-License-Identifier: Apache-2.0
// What does a report tell beside the findings? One line for each thing that was left out, so that
// nothing disappears in silence.
#include "aside.h"

#include <algorithm>
#include <set>

#include "root_causes.h"
#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Decision;
using verdict::Verdict;

/// Sums of the parts of one decision.
struct Sum {
  std::size_t causes = 0;
  std::int64_t bytes = 0;   ///< of heap blocks and mappings
  std::int64_t count = 0;   ///< of heap blocks and mappings
  std::int64_t others = 0;  ///< of all else
};

Sum sum_of(const std::vector<RootCause>& causes, Decision decision) {
  Sum sum;
  for (const RootCause& cause : causes) {
    bool is_counted = false;
    for (const Part& part : cause.parts) {
      if (part.decision != decision) continue;
      const bool is_memory = part.holding.kind == Kind::heap || part.holding.kind == Kind::mapping;
      (is_memory ? sum.count : sum.others) += part.holding.count;
      sum.bytes += is_memory ? part.holding.bytes : 0;
      is_counted = true;
    }
    sum.causes += is_counted;
  }
  return sum;
}

std::string sum_text(const Sum& sum) {
  std::string out = counted(static_cast<std::int64_t>(sum.causes), "stack") + ": ";
  if (sum.count > 0) out += bytes_text(sum.bytes) + " in " + counted(sum.count, "block");
  if (sum.others > 0) out += (sum.count > 0 ? " and " : "") + counted(sum.others, "other resource");
  return sum.count + sum.others == 0 ? out + "nothing" : out;
}

std::int64_t count_misuses(const Verdict& verdict, Decision decision) {
  return std::count_if(verdict.misuses.begin(), verdict.misuses.end(),
                       [&](const auto& one) { return one.decision == decision; });
}

/// A rule for misuse is for nothing else, and stands as the reason.
std::int64_t used_misuse_rules(const Verdict& verdict) {
  std::set<std::string> rules;
  for (const verdict::MisuseFinding& one : verdict.misuses)
    if (one.decision == Decision::suppressed) rules.insert(one.reason);
  return static_cast<std::int64_t>(rules.size());
}

std::int64_t used_rules(const Verdict& verdict) {
  std::int64_t used = -used_misuse_rules(verdict);
  for (const auto& use : verdict.uses) used += use.count > 0;
  return used;
}

void add_sums(const Verdict& verdict, const std::vector<RootCause>& causes,
              std::vector<Detail>* out) {
  const auto add = [&](Decision decision, const char* name, const std::string& more) {
    const Sum sum = sum_of(causes, decision);
    if (sum.causes > 0) out->push_back({name, sum_text(sum) + more});
  };
  add(Decision::suppressed, "suppressed", ", by " + counted(used_rules(verdict), "rule"));
  if (const std::int64_t misuses = count_misuses(verdict, Decision::suppressed); misuses > 0)
    out->push_back({"suppressed misuse", counted(misuses, "stack") + ", by " +
                                             counted(used_misuse_rules(verdict), "rule")});
  add(Decision::in_baseline, "in the baseline", "");
  add(Decision::allowed, "allowed", "");
  add(Decision::not_judged, "not judged", " (still reachable, inherited, or not asked for)");
}

void add_gone(const Verdict& verdict, std::vector<Detail>* out) {
  for (const verdict::BaselineEntry& entry : verdict.gone)
    out->push_back({"gone from the baseline",
                    visible(entry.kind) + " in " +
                        (entry.stack.empty() ? "an unknown stack" : visible(entry.stack[0])) +
                        (entry.stack.size() > 1 ? " < " + visible(entry.stack[1]) : "")});
}

}  // namespace

std::vector<Detail> asides(const Verdict& verdict, const std::vector<RootCause>& causes) {
  std::vector<Detail> out;
  add_sums(verdict, causes, &out);
  add_gone(verdict, &out);
  for (const std::string& remark : verdict.remarks) out.push_back({"note", visible(remark)});
  return out;
}

std::string failures_text(const Verdict& verdict, const std::vector<RootCause>& causes) {
  const auto leaks = static_cast<std::int64_t>(count_of(causes, Decision::fails));
  const auto misuses = count_misuses(verdict, Decision::fails);
  if (misuses == 0) return counted(leaks, "leak");
  return (leaks > 0 ? counted(leaks, "leak") + " and " : "") + counted(misuses, "misuse");
}

State state_of(const Verdict& verdict) {
  if (!verdict.is_judged) return State::held;
  if (verdict.has_leaks) return State::leaks;
  return verdict.undecided.empty() ? State::clean : State::undecided;
}

std::string title_of(const Verdict& verdict, const std::vector<RootCause>& causes) {
  const std::string where =
      verdict.dumps.size() == 1
          ? " in " + process_text(verdict.dumps[0])
          : " in " + number_text(static_cast<std::int64_t>(verdict.dumps.size())) + " processes";
  switch (state_of(verdict)) {
    case State::held: return "what is held" + where;
    case State::leaks: return failures_text(verdict, causes) + where;
    case State::undecided: return "undecided: " + visible(verdict.undecided);
    case State::clean: break;
  }
  return "no leaks" + where;
}

}  // namespace leakhook::report
