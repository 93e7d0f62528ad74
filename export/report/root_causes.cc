// SPDX-License-Identifier: Apache-2.0
// Which findings are one story? Lost blocks carry the number of their root; all else is told apart
// by what it is and who asked for it.
#include "root_causes.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "visible.h"

namespace leakhook::report {
namespace {

using verdict::Finding;
using verdict::Holding;
using verdict::Verdict;

/// A stack as a text that orders and compares as the stack does.
std::string key_of(const verdict::Stack& stack) {
  std::string key;
  for (const verdict::Frame& frame : stack)
    key += frame.function + '\0' + frame.file + '\0' + std::to_string(frame.line) + '\0' +
           frame.module + '\n';
  return key;
}

template <typename Value>
void add_distinct(std::vector<Value>* all, const std::vector<Value>& more) {
  for (const Value& value : more)
    if (std::find(all->begin(), all->end(), value) == all->end()) all->push_back(value);
}

void add_text(std::vector<std::string>* all, const std::string& raw) {
  if (!raw.empty()) add_distinct(all, {visible(raw)});
}

std::vector<std::string> visible_all(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) out.push_back(visible(text));
  return out;
}

Holding visible_holding(Holding holding) {
  holding.stack = visible_stack(std::move(holding.stack));
  holding.origin = visible(holding.origin);
  holding.state = visible(holding.state);
  holding.thread = visible(holding.thread);
  holding.mark = visible(holding.mark);
  holding.paths = visible_all(holding.paths);
  holding.peers = visible_all(holding.peers);
  return holding;
}

void widen_age(Holding* all, const Holding& more) {
  if (more.youngest_s >= 0 && (all->youngest_s < 0 || more.youngest_s < all->youngest_s))
    all->youngest_s = more.youngest_s;
  all->oldest_s = std::max(all->oldest_s, more.oldest_s);
}

void merge(Holding* all, const Holding& more) {
  all->count += more.count;
  all->bytes += more.bytes;
  widen_age(all, more);
  add_distinct(&all->sizes, more.sizes);
  std::sort(all->sizes.begin(), all->sizes.end());
  add_distinct(&all->fds, more.fds);
  std::sort(all->fds.begin(), all->fds.end());
  for (const std::string& path : more.paths) add_text(&all->paths, path);
  for (const std::string& peer : more.peers) add_text(&all->peers, peer);
}

Part first_part(const Finding& finding, const Holding& holding) {
  Part part;
  part.holding = visible_holding(holding);
  part.decision = finding.decision;
  part.reason = visible(finding.reason);
  part.fingerprint = visible(finding.fingerprint);
  part.is_own = finding.is_own;
  return part;
}

void count_in(Part* part, const Finding& finding, const Holding& holding) {
  add_text(&part->threads, holding.thread);
  add_text(&part->marks, holding.mark);
  part->new_count += finding.new_count;
  part->new_bytes += finding.new_bytes;
  part->per_iteration += finding.per_iteration;
}

/// (kind, word, decision, reason, origin, state, stack): what makes findings of one cause read as
/// one.
using PartKey = std::tuple<Kind, verdict::Word, verdict::Decision, std::string, std::string,
                           std::string, std::string>;
PartKey part_key(const Finding& finding, const Holding& holding) {
  return {holding.kind,   holding.word,  finding.decision,     finding.reason,
          holding.origin, holding.state, key_of(holding.stack)};
}

/// Process and number of the root cause; where there is no number, the part stands for itself.
using CauseKey = std::tuple<std::size_t, std::int64_t, PartKey>;
CauseKey cause_key(const Finding& finding, const Holding& holding, const PartKey& part) {
  if (holding.leak != 0) return {finding.dump, holding.leak, PartKey{}};
  return {finding.dump, 0, part};
}

/// Causes under construction: where each cause and each of its parts stands.
struct Gathering {
  std::vector<RootCause> causes;
  std::map<CauseKey, std::size_t> cause_at;
  std::map<std::pair<std::size_t, PartKey>, std::size_t> part_at;

  void add(const Finding& finding, const Holding& holding) {
    const PartKey key = part_key(finding, holding);
    const auto [cause_place, is_new_cause] =
        cause_at.try_emplace(cause_key(finding, holding, key), causes.size());
    if (is_new_cause) causes.push_back({finding.dump, finding.decision, {}});
    RootCause& cause = causes[cause_place->second];
    cause.decision = std::min(cause.decision, finding.decision);
    const auto [part_place, is_new_part] =
        part_at.try_emplace({cause_place->second, key}, cause.parts.size());
    if (is_new_part)
      cause.parts.push_back(first_part(finding, holding));
    else
      merge(&cause.parts[part_place->second].holding, holding);
    count_in(&cause.parts[part_place->second], finding, holding);
  }
};

bool reads_first(const RootCause& a, const RootCause& b) {
  const auto rank = [](const RootCause& cause) {
    const Holding& root = cause.root().holding;
    return std::tuple(cause.dump, cause.decision, root.kind, -static_cast<int>(root.word),
                      -(root.bytes + cause.bytes_below()), -root.count);
  };
  return rank(a) < rank(b);
}

}  // namespace

verdict::Stack visible_stack(verdict::Stack stack) {
  for (verdict::Frame& frame : stack) {
    frame.function = visible(frame.function);
    frame.system_name = visible(frame.system_name);
    frame.file = visible(frame.file);
    frame.module = visible(frame.module);
  }
  return stack;
}

std::int64_t RootCause::bytes_below() const {
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < parts.size(); ++i) sum += parts[i].holding.bytes;
  return sum;
}

std::int64_t RootCause::count_below() const {
  std::int64_t sum = 0;
  for (std::size_t i = 1; i < parts.size(); ++i) sum += parts[i].holding.count;
  return sum;
}

std::vector<RootCause> root_causes(const Verdict& verdict) {
  Gathering gathering;
  for (const Finding& finding : verdict.findings)
    gathering.add(finding, verdict.dumps[finding.dump].holdings[finding.holding]);
  std::stable_sort(gathering.causes.begin(), gathering.causes.end(), reads_first);
  return std::move(gathering.causes);
}

std::size_t count_of(const std::vector<RootCause>& causes, verdict::Decision decision) {
  return static_cast<std::size_t>(
      std::count_if(causes.begin(), causes.end(),
                    [&](const RootCause& cause) { return cause.decision == decision; }));
}

}  // namespace leakhook::report
