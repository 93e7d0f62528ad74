// SPDX-License-Identifier: Apache-2.0
// Which cases were known before, and did not grow?
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cases.h"

namespace leakhook::verdict {
namespace {

using Key = std::pair<std::string, std::vector<std::string>>;

/// What a stack has above the entry goes to its largest holdings first; the others are known.
void ratchet(std::span<Case> stack, const BaselineEntry& entry) {
  std::int64_t more_count = -entry.count;
  std::int64_t more_bytes = -entry.bytes;
  for (const Case& one : stack) {
    if (!one.fails()) continue;
    more_count += one.finding.new_count;
    more_bytes += one.finding.new_bytes;
  }
  for (Case& one : stack) {
    if (!one.fails()) continue;
    Finding& finding = one.finding;
    const std::int64_t count = std::clamp<std::int64_t>(more_count, 0, finding.new_count);
    const std::int64_t bytes = std::clamp<std::int64_t>(more_bytes, 0, finding.new_bytes);
    more_count -= count;
    more_bytes -= bytes;
    if (count == 0 && bytes == 0)
      one.decide(Decision::in_baseline, "in the baseline");
    else {
      finding.new_count = count;
      finding.new_bytes = bytes;
      finding.reason = "grown: the baseline has " + std::to_string(entry.count) + " with " +
                       std::to_string(entry.bytes) + " bytes";
    }
  }
}

}  // namespace

std::vector<BaselineEntry> apply_baseline(std::vector<Case>& cases,
                                          const std::vector<BaselineEntry>& baseline) {
  std::map<Key, const BaselineEntry*> entries;
  for (const BaselineEntry& entry : baseline) entries[{entry.kind, entry.stack}] = &entry;
  std::set<const BaselineEntry*> seen;
  for_each_stack(cases, [&](std::span<Case> stack) {
    const auto at = entries.find({stack[0].kind_class, stack[0].names});
    if (at == entries.end()) return;
    seen.insert(at->second);
    ratchet(stack, *at->second);
  });
  std::vector<BaselineEntry> gone;
  for (const auto& [key, entry] : entries)
    if (!seen.count(entry)) gone.push_back(*entry);
  return gone;
}

}  // namespace leakhook::verdict
