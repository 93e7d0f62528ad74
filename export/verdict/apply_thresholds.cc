// SPDX-License-Identifier: Apache-2.0
// Which cases are small enough to stay?
#include <algorithm>
#include <map>

#include "cases.h"

namespace leakhook::verdict {
namespace {

bool has_bytes(Kind kind) { return kind == Kind::heap || kind == Kind::mapping; }

template <class Value>
bool has(const std::vector<Value>& values, Value value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool speaks_of(const Allowance& allowance, const Holding& holding) {
  if (holding.kind != Kind::heap) return has(allowance.kinds, holding.kind);
  // A block of unknown reach fails only where every word does.
  return has(allowance.words, holding.word) || allowance.words.size() > 1;
}

/// True: it is kept to, and something was let go.
bool let_go(std::vector<Case>& cases, std::size_t dump, const Allowance& allowance) {
  const auto is_meant = [&](const Case& one) {
    return one.fails() && one.finding.dump == dump && speaks_of(allowance, *one.holding);
  };
  std::int64_t sum = 0;
  for (const Case& one : cases)
    if (is_meant(one))
      sum += allowance.counts_bytes ? one.finding.new_bytes : one.finding.new_count;
  if (sum > allowance.most) return false;
  bool has_let_go = false;
  for (Case& one : cases) {
    if (!is_meant(one)) continue;
    one.decide(Decision::allowed, "allowed: " + allowance.text);
    has_let_go = true;
  }
  return has_let_go;
}

}  // namespace

void apply_least_bytes(std::vector<Case>& cases, std::int64_t least) {
  if (least <= 0) return;
  std::map<std::pair<std::size_t, std::int64_t>, std::int64_t> roots;
  for (const Case& one : cases)
    if (one.fails()) roots[{one.finding.dump, one.holding->leak}] += one.finding.new_bytes;
  const std::string reason = "less than --min-bytes " + std::to_string(least);
  for_each_stack(cases, [&](std::span<Case> stack) {
    std::int64_t sum = 0;
    for (const Case& one : stack)
      if (one.fails()) sum += one.finding.new_bytes;
    if (sum >= least) return;
    for (Case& one : stack) {
      if (!one.fails() || !has_bytes(one.holding->kind)) continue;
      const std::int64_t leak = one.holding->leak;
      if (leak == 0 || roots[{one.finding.dump, leak}] < least)
        one.decide(Decision::allowed, reason);
    }
  });
}

void apply_allowances(std::vector<Case>& cases, const std::vector<Allowance>& allowances) {
  std::size_t dumps = 0;
  for (const Case& one : cases) dumps = std::max(dumps, one.finding.dump + 1);
  for (std::size_t dump = 0; dump < dumps; ++dump) {
    // What one lets go may make the next one fit: until nothing changes.
    for (bool has_changed = true; has_changed;) {
      has_changed = false;
      for (const Allowance& allowance : allowances)
        has_changed = let_go(cases, dump, allowance) || has_changed;
    }
  }
}

}  // namespace leakhook::verdict
