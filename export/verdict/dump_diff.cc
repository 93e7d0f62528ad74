// SPDX-License-Identifier: Apache-2.0
// What does a process hold now that it did not hold before?
#include "dump_diff.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "kind_words.h"

namespace leakhook::verdict {
namespace {

constexpr const char* kChangeTexts[kChanges] = {"new", "grown", "shrunk", "gone", "same"};

Change change_between(const Amount& before, const Amount& after) {
  if (before == after) return Change::same;
  if (before == Amount{}) return Change::fresh;
  if (after == Amount{}) return Change::gone;
  const bool has_grown = after.count > before.count || after.bytes > before.bytes;
  return has_grown ? Change::grown : Change::shrunk;
}

StackChange change_of(const StackKey& key, const StackSum* before, const StackSum* after) {
  StackChange change;
  change.key = key;
  change.stack = (after ? after : before)->stack;
  if (before) change.before = before->amount;
  if (after) change.after = after->amount;
  change.change = change_between(change.before, change.after);
  return change;
}

/// Stacks of equal growth stay in the order of their keys.
void sort_by_growth(std::vector<StackChange>* changes) {
  std::stable_sort(changes->begin(), changes->end(), [](const auto& a, const auto& b) {
    const Amount more = a.growth(), less = b.growth();
    return std::tuple(a.key.kind, less.bytes, less.count) < std::tuple(b.key.kind, more.bytes, more.count);
  });
}

std::vector<KindChange> kinds_of(const std::vector<StackChange>& changes) {
  std::vector<KindChange> kinds;
  for (const StackChange& change : changes) {
    if (kinds.empty() || kinds.back().kind != change.key.kind) kinds.push_back({change.key.kind, {}, {}});
    kinds.back().before = kinds.back().before + change.before;
    kinds.back().after = kinds.back().after + change.after;
  }
  return kinds;
}

void add_programs(const std::vector<Dump>& dumps, std::set<std::string>* programs) {
  for (const Dump& dump : dumps) programs->insert(dump.program);
}

/// A renamed program alone on each side is still the same one.
bool are_several(const std::vector<Dump>& before, const std::vector<Dump>& after) {
  std::set<std::string> first, second;
  add_programs(before, &first);
  add_programs(after, &second);
  return first.size() > 1 || second.size() > 1;
}

}  // namespace

const char* text_of(Change change) { return kChangeTexts[static_cast<std::size_t>(change)]; }

std::size_t DumpDiff::count_of(Change change) const {
  return static_cast<std::size_t>(
      std::count_if(stacks.begin(), stacks.end(),
                    [change](const StackChange& stack) { return stack.change == change; }));
}

DumpDiff difference(const StackSums& before, const StackSums& after) {
  DumpDiff diff;
  for (const auto& [key, sum] : before) {
    const auto later = after.find(key);
    diff.stacks.push_back(change_of(key, &sum, later == after.end() ? nullptr : &later->second));
  }
  for (const auto& [key, sum] : after)
    if (!before.count(key)) diff.stacks.push_back(change_of(key, nullptr, &sum));
  sort_by_growth(&diff.stacks);
  diff.kinds = kinds_of(diff.stacks);
  return diff;
}

DumpDiff difference(const std::vector<Dump>& before, const std::vector<Dump>& after) {
  const bool names_programs = are_several(before, after);
  return difference(stack_sums(before, names_programs), stack_sums(after, names_programs));
}

double per_iteration(const StackChange& change, std::int64_t loop) {
  if (loop <= 0) return 0;
  const Amount growth = change.growth();
  const std::int64_t more = growth.count != 0 ? growth.count : growth.bytes;
  return more < loop ? 0 : static_cast<double>(more) / static_cast<double>(loop);
}

std::optional<ChangeRule> change_rule(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const auto* const found = std::find(std::begin(kChangeTexts), std::end(kChangeTexts), word);
  const auto change = static_cast<Change>(found - std::begin(kChangeTexts));
  if (found == std::end(kChangeTexts) || change == Change::same) return std::nullopt;
  ChangeRule rule{change, kAllKinds};
  if (colon == std::string_view::npos) return rule;
  rule.kinds = 0;
  for (const Kind kind : kinds_of(text.substr(colon + 1))) rule.kinds |= bit_of(kind);
  if (rule.kinds == 0) return std::nullopt;
  return rule;
}

bool matches(const StackChange& change, const std::vector<ChangeRule>& rules, std::int64_t loop) {
  const bool is_growth = change.change == Change::fresh || change.change == Change::grown;
  if (is_growth && loop > 0 && per_iteration(change, loop) == 0) return false;
  return std::any_of(rules.begin(), rules.end(), [&](const ChangeRule& rule) {
    const bool is_meant =
        rule.change == change.change || (rule.change == Change::grown && is_growth);
    return is_meant && (rule.kinds & bit_of(change.key.kind)) != 0;
  });
}

}  // namespace leakhook::verdict
