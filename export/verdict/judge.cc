// SPDX-License-Identifier: Apache-2.0
// What was decided about each holding, and what follows for the exit code?
#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "cases.h"
#include "judge_misuses.h"
#include "ownership.h"
#include "selection.h"
#include "suppressions.h"
#include "verdict.h"

namespace leakhook::verdict {
namespace {

std::string process_name(const Dump& dump) {
  return dump.program + " (" + std::to_string(dump.pid) + ")";
}

void apply_ownership(std::vector<Case>& cases, const Policy& policy) {
  for (Case& one : cases) {
    one.finding.is_own = is_own(one.holding->stack, policy.own);
    if (!policy.fail_on_own_only || one.finding.is_own || !one.fails()) continue;
    const Frame* owner = owning_frame(one.holding->stack);
    one.finding.decision = Decision::shown;
    one.finding.reason = "third party: " + (owner ? place_of(*owner) : "nobody's");
  }
}

/// What all threads and words of one stack hold tells whether it grows.
void apply_loop(std::vector<Case>& cases, std::int64_t loop) {
  if (loop <= 0) return;
  for_each_stack(cases, [&](std::span<Case> stack) {
    std::int64_t sum = 0;
    for (const Case& one : stack) sum += judged_count(*one.holding);
    if (sum < loop) return;
    for (Case& one : stack)
      one.finding.per_iteration =
          static_cast<double>(judged_count(*one.holding)) / static_cast<double>(loop);
  });
}

Totals totals_of(const std::vector<Case>& cases) {
  Totals totals;
  for (const Case& one : cases) {
    if (!one.fails()) continue;
    const std::int64_t count = one.finding.new_count;
    switch (row_of(one.holding->kind).profile) {
      case Profile::heap:
        totals.heap_bytes += one.finding.new_bytes;
        totals.heap_blocks += count;
        break;
      case Profile::fd:
        totals.fds += count;
        break;
      case Profile::thread:
        totals.threads += count;
        break;
      case Profile::timer:
        totals.timers += count;
        break;
      default:
        totals.others += count;
    }
  }
  return totals;
}

/// Cases that stand together in a report: of one root cause, else of one stack.
struct Group {
  std::vector<const Case*> cases;
  std::int64_t count = 0;
  std::int64_t bytes = 0;
  Decision worst = Decision::not_judged;
};

bool is_before(const Group& a, const Group& b) {
  const Case& left = *a.cases[0];
  const Case& right = *b.cases[0];
  if (a.worst != b.worst) return a.worst < b.worst;
  if (left.holding->kind != right.holding->kind) return left.holding->kind < right.holding->kind;
  if (a.bytes != b.bytes) return a.bytes > b.bytes;
  return a.count > b.count;
}

std::vector<Group> groups_of(const std::vector<Case>& cases) {
  std::vector<Group> groups;
  std::map<std::tuple<std::size_t, std::int64_t, std::string>, std::size_t> places;
  for (const Case& one : cases) {
    const std::int64_t leak = one.holding->leak;
    const auto [at, is_new] = places.try_emplace(
        {one.finding.dump, leak, leak == 0 ? one.finding.fingerprint : ""}, groups.size());
    if (is_new) groups.emplace_back();
    Group& group = groups[at->second];
    group.cases.push_back(&one);
    group.count += judged_count(*one.holding);
    group.bytes += one.holding->bytes;
    group.worst = std::min(group.worst, one.finding.decision);
  }
  for (Group& group : groups)
    std::stable_sort(group.cases.begin(), group.cases.end(), [](const Case* a, const Case* b) {
      return std::tie(a->holding->word, a->holding->bytes, a->holding->count) >
             std::tie(b->holding->word, b->holding->bytes, b->holding->count);
    });
  // Cases come in an order of their own content, so equal groups have theirs, too.
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return is_before(a, b); });
  return groups;
}

void add_remarks(const Policy& policy, Verdict* verdict) {
  for (const Dump& dump : verdict->dumps) {
    const std::string name = process_name(dump) + ": ";
    const bool has_heap =
        std::any_of(dump.holdings.begin(), dump.holdings.end(),
                    [](const Holding& holding) { return holding.kind == Kind::heap; });
    if (!dump.is_reach_known && has_heap)
      verdict->remarks.push_back(name + "reachability " +
                                 (dump.reach_remark.empty() ? "unknown" : dump.reach_remark) +
                                 "; of heap blocks it can only be said that they are open");
    for (const std::string& loss : dump.losses) verdict->remarks.push_back(name + loss);
    if (policy.baseline && dump.sample_bytes > 1)
      verdict->remarks.push_back(name +
                                 "heap blocks were sampled: compared with the baseline are "
                                 "estimates, which differ from run to run");
  }
  for (const SuppressionUse& use : verdict->uses) {
    const Suppression& rule = policy.suppressions[use.suppression];
    if (use.count == 0 && !is_built_in(rule))
      verdict->remarks.push_back("unused suppression: " + rule.text + " (" + rule.source + ")");
  }
}

/// Only a block that nothing else excuses leaves the question open.
std::string undecided_because(const std::vector<Case>& cases, const Verdict& verdict,
                              const FailOn& fail_on) {
  if (!fail_on.needs_reach || !asks_for_reach(fail_on)) return {};
  for (const Case& one : cases) {
    if (one.finding.decision != Decision::shown || one.holding->kind != Kind::heap) continue;
    if (one.holding->word != Word::unknown) continue;
    const Dump& dump = verdict.dumps[one.finding.dump];
    std::string words;
    for (const Word word : fail_on.words)
      words += (words.empty() ? "" : ", ") + std::string(text_of(word));
    return process_name(dump) + ": --fail-on asks for " + words + ", but reachability is " +
           (dump.reach_remark.empty() ? "unknown" : dump.reach_remark);
  }
  return {};
}

}  // namespace

const char* text_of(Decision decision) {
  switch (decision) {
    case Decision::fails:
      return "fails";
    case Decision::shown:
      return "shown";
    case Decision::suppressed:
      return "suppressed";
    case Decision::in_baseline:
      return "in baseline";
    case Decision::allowed:
      return "allowed";
    default:
      return "not judged";
  }
}

Verdict judge(std::vector<Dump> dumps, const Policy& policy) {
  Verdict verdict;
  verdict.dumps = std::move(dumps);
  std::vector<Case> cases = cases_of(verdict.dumps, policy);
  verdict.uses = apply_suppressions(cases, policy.suppressions);
  if (policy.baseline) verdict.gone = apply_baseline(cases, *policy.baseline);
  apply_least_bytes(cases, policy.stack_min_bytes);
  apply_allowances(cases, policy.allowances);
  apply_ownership(cases, policy);
  apply_loop(cases, policy.loop);

  verdict.totals = totals_of(cases);
  verdict.misuses = judge_misuses(verdict.dumps, policy, &verdict.uses);
  verdict.has_leaks =
      std::any_of(cases.begin(), cases.end(), [](const Case& one) { return one.fails(); }) ||
      std::any_of(verdict.misuses.begin(), verdict.misuses.end(),
                  [](const MisuseFinding& one) { return one.decision == Decision::fails; });
  verdict.undecided = undecided_because(cases, verdict, policy.fail_on);
  for (const Group& group : groups_of(cases))
    for (const Case* one : group.cases) verdict.findings.push_back(one->finding);
  add_remarks(policy, &verdict);
  return verdict;
}

std::string summary_line(const Totals& totals) {
  const auto part = [](std::int64_t number, const char* what) {
    return std::to_string(number) + " " + what;
  };
  std::string line = "SUMMARY: leakhook: " + part(totals.heap_bytes, "byte(s) leaked in ") +
                     part(totals.heap_blocks, "allocation(s), ") + part(totals.fds, "fd(s), ") +
                     part(totals.threads, "thread(s), ") + part(totals.timers, "timer(s)");
  if (totals.others > 0) line += ", " + part(totals.others, "other(s)");
  return line;
}

std::string summary_line(const Verdict& verdict) {
  std::string line = summary_line(verdict.totals);
  constexpr std::string_view kLeaked = " leaked in ";
  if (!verdict.is_judged) line.replace(line.find(kLeaked), kLeaked.size(), " held in ");
  return line;
}

}  // namespace leakhook::verdict
