// SPDX-License-Identifier: Apache-2.0
// Which cases does a suppression end?
#include <map>
#include <optional>
#include <unordered_map>

#include "cases.h"
#include "suppressions.h"

namespace leakhook::verdict {
namespace {

/// The rules for one kind. Stacks share most of their functions, files and modules: each text is
/// matched once.
class RuleMatcher {
 public:
  explicit RuleMatcher(const std::vector<Suppression>& rules) : rules_(rules) {}

  void add(std::size_t rule) { own_.push_back(rule); }

  /// From the innermost frame outwards, as LeakSanitizer looks.
  std::optional<std::size_t> rule_for(const Stack& stack) {
    for (const Frame& frame : stack)
      for (const std::string* text :
           {&frame.module, &frame.function, &frame.system_name, &frame.file})
        if (const std::optional<std::size_t> rule = rule_for(*text)) return rule;
    return std::nullopt;
  }

 private:
  std::optional<std::size_t> rule_for(const std::string& text) {
    const auto [known, is_new] = first_.try_emplace(text);
    if (!is_new) return known->second;
    for (const std::size_t rule : own_) {
      if (!matches_pattern(rules_[rule].pattern, text)) continue;
      known->second = rule;
      break;
    }
    return known->second;
  }

  const std::vector<Suppression>& rules_;
  std::vector<std::size_t> own_;
  std::unordered_map<std::string, std::optional<std::size_t>> first_;
};

class Matchers {
 public:
  explicit Matchers(const std::vector<Suppression>& rules) : rules_(rules) {}

  std::optional<std::size_t> rule_for(const Holding& holding) {
    auto at = by_kind_.find(holding.kind);
    if (at == by_kind_.end()) {
      at = by_kind_.emplace(holding.kind, rules_).first;
      for (std::size_t i = 0; i < rules_.size(); ++i)
        if (speaks_of(rules_[i], holding.kind)) at->second.add(i);
    }
    return at->second.rule_for(holding.stack);
  }

 private:
  const std::vector<Suppression>& rules_;
  std::map<Kind, RuleMatcher> by_kind_;
};

/// A root cause: dump and number.
using Root = std::pair<std::size_t, std::int64_t>;

}  // namespace

std::vector<SuppressionUse> apply_suppressions(std::vector<Case>& cases,
                                               const std::vector<Suppression>& rules) {
  std::vector<SuppressionUse> uses(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) uses[i].suppression = i;
  const auto suppress = [&](Case& one, std::size_t rule) {
    uses[rule].count += one.finding.new_count;
    uses[rule].bytes += one.finding.new_bytes;
    one.decide(Decision::suppressed, rules[rule].text + " (" + rules[rule].source + ")");
  };
  Matchers matchers(rules);
  std::map<Root, std::optional<std::size_t>>
      roots;  // the rule that covers all of its definite ones
  for (Case& one : cases) {
    if (one.finding.decision == Decision::not_judged) continue;
    const std::optional<std::size_t> rule = matchers.rule_for(*one.holding);
    const Root root{one.finding.dump, one.holding->leak};
    if (one.holding->word == Word::definite && root.second != 0)
      if (const auto [at, is_new] = roots.try_emplace(root, rule); !is_new && !rule)
        at->second.reset();
    if (rule) suppress(one, *rule);
  }
  for (Case& one : cases) {
    const bool is_open = one.fails() || one.finding.decision == Decision::shown;
    if (!is_open || one.holding->word != Word::indirect) continue;
    const auto root = roots.find({one.finding.dump, one.holding->leak});
    if (root != roots.end() && root->second) suppress(one, *root->second);
  }
  return uses;
}

}  // namespace leakhook::verdict
