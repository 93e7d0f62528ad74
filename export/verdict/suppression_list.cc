// SPDX-License-Identifier: Apache-2.0
// Which rules would silence what a verdict tells of?
#include "suppression_list.h"

#include <map>
#include <set>
#include <utility>

#include "../report/phrases.h"
#include "../report/visible.h"
#include "fingerprint.h"
#include "ownership.h"
#include "suppressions.h"

namespace leakhook::verdict {
namespace {

/// What one rule stands for.
struct Silenced {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> amounts;  ///< by rule: count, bytes
  std::set<std::string> places;
};

std::string comment_of(const Silenced& silenced) {
  std::string text = "#";
  for (const auto& [what, amount] : silenced.amounts) {
    text += (text.size() > 1 ? ", " : " ") + what + ": " + report::number_text(amount.first);
    if (amount.second > 0) text += " (" + report::bytes_text(amount.second) + ")";
  }
  std::string places;
  for (const std::string& place : silenced.places) places += (places.empty() ? "" : ", ") + place;
  return text + (places.empty() ? "" : ", at " + report::visible(places));
}

/// A rule that a terminal may show and an editor may keep: what would deceive the reader is any text.
std::string typed(const std::string& rule) {
  if (report::visible(rule) == rule) return rule;
  std::string out;
  for (const char sign : rule) {
    const bool is_plain = sign >= ' ' && sign <= '~';
    if (is_plain)
      out += sign;
    else if (!out.ends_with('*'))
      out += '*';
  }
  return out;
}

/// The root of what hangs below is suppressed with its own rule.
bool needs_rule(const Finding& finding, const Holding& holding) {
  const bool is_told = finding.decision == Decision::fails || finding.decision == Decision::shown;
  return is_told && !(holding.word == Word::indirect && holding.leak != 0);
}

}  // namespace

std::string suppression_list(const Verdict& verdict) {
  std::map<std::string, Silenced> rules;
  for (const Finding& finding : verdict.findings) {
    const Holding& holding = verdict.dumps[finding.dump].holdings[finding.holding];
    if (!needs_rule(finding, holding)) continue;
    Silenced& silenced = rules[suppression_for(holding)];
    auto& [count, bytes] = silenced.amounts[report::rule_of(holding)];
    count += holding.count;
    bytes += holding.bytes;
    if (const Frame* owner = owning_frame(holding.stack)) silenced.places.insert(place_of(*owner));
  }
  for (const MisuseFinding& finding : verdict.misuses) {
    const Misuse& misuse = verdict.dumps[finding.dump].misuses[finding.misuse];
    if (finding.decision != Decision::fails) continue;
    Silenced& silenced = rules[suppression_for(misuse)];
    silenced.amounts[class_of(misuse)].first += misuse.count;
    if (const Frame* owner = owning_frame(misuse.stack)) silenced.places.insert(place_of(*owner));
  }
  std::string text;
  for (const auto& [rule, silenced] : rules) text += comment_of(silenced) + "\n" + typed(rule) + "\n";
  return text;
}

}  // namespace leakhook::verdict
